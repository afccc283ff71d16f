// Text that others wrote, as nodes: nothing of it is ever read as HTML.

// Longest text that is laid out as one; to add a word to more would cost more with every word.
const PIECE = 4000;

// What turns the direction of all that follows, and so can make text look like another.
const TURNS = /([\u202A-\u202E\u2066-\u2069])/;

// A node with attributes and children.
function element(name, attributes = {}, ...children) {
    const node = document.createElement(name);
    for (const [attribute, value] of Object.entries(attributes)) {
        node.setAttribute(attribute, value);
    }
    node.append(...children);
    return node;
}

// Adds text as it is, but with names in place of the marks that turn its direction.
function addText(parent, text) {
    for (const part of text.split(TURNS)) {
        if (TURNS.test(part)) {
            const code = part.codePointAt(0).toString(16).toUpperCase();
            parent.append(element("span", {class: "turn"}, "U+" + code));
        } else if (part) {
            parent.append(part);
        }
    }
}

// Where a text that is too long is best cut: behind a blank, and never inside a character.
function cutAt(text) {
    const blank = text.lastIndexOf(" ", PIECE - 1) + 1;
    const inPair = /[\uDC00-\uDFFF]/.test(text[PIECE]);
    return blank > PIECE / 2 ? blank : PIECE - (inPair ? 1 : 0);
}

// Adds text without any Markdown, its line breaks kept, in pieces.
function addPlain(parent, text) {
    let rest = text;
    let name = "plain";
    while (rest) {
        const end = rest.length > PIECE ? cutAt(rest) : rest.length;
        const piece = element("p", {class: name, dir: "auto"});
        addText(piece, rest.slice(0, end));
        parent.append(piece);
        rest = rest.slice(end);
        name = "plain on";
    }
}

// A time that the server has told, in the reader's zone; never compared with the clock here.
function timeNode(timestamp) {
    const time = new Date(timestamp);
    const words = isNaN(time) ? "" : time.toLocaleString([], {
        day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit"});
    return element("time", {datetime: timestamp}, words);
}

// "1 message", "2 messages".
function count(number, noun) {
    return number.toLocaleString() + " " + noun + (number === 1 ? "" : "s");
}

// Random, of characters that can't be taken for one another, and that no rule refuses.
function randomName(length) {
    const letters = "abcdefghijkmnpqrstuvwxyz23456789"; // 32: no bias
    const bytes = crypto.getRandomValues(new Uint8Array(length));
    return Array.from(bytes, byte => letters[byte % 32]).join("");
}
