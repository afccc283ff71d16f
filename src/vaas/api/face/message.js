// A message as it stands on the page.

// What its button copies: the text as it was written.
const sources = new WeakMap();

function messageNode(role, timestamp) {
    const who = role === "user" ? "You" : "vaas";
    const copy = element("button", {type: "button", class: "copy", "aria-label": "Copy message"},
        "Copy");
    const head = element("header", {}, element("h3", {}, who),
        ...(timestamp ? [timeNode(timestamp)] : []), copy);
    return element("article", {class: "message new " + role}, head,
        element("div", {class: "text"}));
}

// What changes no more is laid out once, wherever it stands, and then only where it is in sight:
// its height is known.
function settle(node) {
    afterFrames(2, () => node.classList.remove("new"));
    return node;
}

function afterFrames(frames, action) {
    requestAnimationFrame(frames > 1 ? () => afterFrames(frames - 1, action) : action);
}

function textOf(message) {
    return message.querySelector(".text");
}

// Shows what is remembered.
function recordNode({role, content, timestamp}) {
    const node = messageNode(role, timestamp);
    sources.set(node, content);
    if (role === "user") {
        addPlain(textOf(node), content);
    } else {
        new Markdown(textOf(node)).write(content);
    }
    return node;
}

// Copies text, also where the page was not loaded safely and there is no clipboard for it.
async function copyText(text) {
    try {
        await navigator.clipboard.writeText(text);
    } catch {
        const field = element("textarea", {class: "unseen"});
        field.value = text;
        document.body.append(field);
        field.select();
        document.execCommand("copy");
        field.remove();
    }
}

// One listener for all buttons that copy.
async function copyFrom(event) {
    const button = event.target.closest("button.copy");
    if (button) {
        const block = button.closest(".code");
        await copyText(block ? codeOf(block) : sources.get(button.closest(".message")) ?? "");
        button.focus();
        button.textContent = "Copied";
        setTimeout(() => button.textContent = "Copy", 2000);
    }
}
