// The page: which conversation is shown, and what the reader does with it.

const POLL_MILLIS = 5000;
const NAME = /^(?!\.+$)[A-Za-z0-9._-]{1,64}$/;
// In the address; nothing in front of the slash, so that no other fragment is taken for one.
const IN_ADDRESS = /^#\/(.*)$/;

class Page {
    #log = byId("log");
    #older = byId("older");
    #status = byId("status");
    #notice = byId("notice");
    #conversations = new Map();
    #states = new Map(); // of conversations that are not shown: what they do, or have done
    #memorySize = parseInt(document.documentElement.dataset.memorySize, 10);
    #token = new Token(new TokenDialog());
    #server = new Server(this.#token);
    #sidebar = new Sidebar(this.#server);
    #resetDialog = new ResetDialog();
    #composer = new Composer(() => this.#send(), () => this.#shown.running?.stop());
    #others = new BroadcastChannel("vaas"); // tabs
    #shown = null;

    start() {
        this.#restore();
        on(window, "hashchange", () => this.#open(this.#inAddress()));
        on(window, "pagehide", () => this.#save());
        on(window, "pageshow", () => this.#turnUp());
        on(document.querySelector(".skip"), "click", event => this.#skip(event));
        on(window, "scroll", () => this.#showJump());
        on(window, "focus", () => this.#poll());
        on(document, "visibilitychange", () => {
            this.#turnUp();
            this.#poll();
        });
        on(this.#others, "message", () => this.#readAll());
        on(document, "click", copyFrom);
        on(this.#log, "click", event => this.#askAgain(event));
        on(this.#older, "click", () => this.#readOlder());
        on(byId("reset"), "click", () => this.#askToReset());
        on(byId("jump"), "click", () => this.#toNewest());
        on(byId("new"), "click", () => location.hash = "#/" + randomName(12));
        on(byId("menu"), "click", () => this.#showMenu(!document.body.classList.contains("menu")));
        on(byId("conversation-list"), "click", () => this.#showMenu(false));
        on(byId("more-conversations"), "click", () => this.#readList(true));
        setInterval(() => this.#poll(), POLL_MILLIS);
        this.#open(this.#inAddress());
        this.#readList(false);
    }

    // Not by the address, which names the conversation.
    #skip(event) {
        event.preventDefault();
        this.#composer.focus();
    }

    // ---- which one

    #inAddress() {
        const [, id] = IN_ADDRESS.exec(location.hash) ?? [];
        return id === undefined && this.#shown ? this.#shown.id : NAME.test(id ?? "") ? id : null;
    }

    #of(id) {
        if (!this.#conversations.has(id)) {
            this.#conversations.set(id, new Conversation(id));
        }
        return this.#conversations.get(id);
    }

    async #open(id) {
        const before = this.#shown;
        if (before?.id === id) {
            return;
        }
        if (before) {
            before.draft = this.#composer.draft;
            before.leave();
        }
        this.#shown = this.#of(id);
        if (before?.running) {
            this.#states.set(before.id, "answering\u2026");
        }
        this.#states.delete(id);
        this.#announce("");
        this.#resetDialog.close(); // it speaks of the other one
        this.#composer.draft = this.#shown.draft;
        this.#showMenu(false);
        this.#render();
        this.#showList();
        this.#toNewest();
        this.#composer.focus();
        await this.#read();
        this.#toNewest();
    }

    // Where there is no room for it beside the conversation.
    #showMenu(isOpen) {
        document.body.classList.toggle("menu", isOpen);
        byId("menu").setAttribute("aria-expanded", isOpen);
    }

    async #readList(goesOn) {
        await this.#trying(() => this.#sidebar.read(goesOn));
        this.#showList();
    }

    #showList() {
        this.#sidebar.show(this.#shown.id, this.#states);
    }

    // ---- what is remembered

    async #poll() {
        if (document.visibilityState === "visible") {
            await this.#read();
        }
    }

    #readAll() {
        this.#read();
        this.#readList(false);
    }

    async #read() {
        const conversation = this.#shown;
        await this.#trying(async () => {
            const hadReset = conversation.wasResetElsewhere;
            const hasChanged = await conversation.read(this.#server);
            if (hasChanged && conversation === this.#shown) {
                this.#stick(() => this.#render());
                if (conversation.wasResetElsewhere && !hadReset) {
                    this.#announce("This conversation was reset elsewhere.");
                }
            }
        });
    }

    // A reset may have given back what was never remembered.
    #takeReturned(conversation) {
        if (conversation.returned) {
            const {text, image} = this.#composer.draft;
            conversation.draft = {...conversation.returned,
                text: [conversation.returned.text, text].filter(Boolean).join("\n"),
                image: image ?? conversation.returned.image};
            conversation.returned = null;
            this.#composer.draft = conversation.draft;
        }
    }

    async #readOlder() {
        const conversation = this.#shown;
        await this.#trying(() => conversation.readOlder(this.#server));
        if (conversation === this.#shown) {
            this.#keepingPlace(() => this.#render());
        }
    }

    // Trouble in the background is told beside what is shown, and goes when it is over.
    async #trying(action) {
        try {
            await action();
            this.#notice.replaceChildren();
        } catch (e) {
            if (!(e instanceof Problem)) {
                throw e;
            }
            this.#showNotice(e);
        } finally {
            if (document.visibilityState === "hidden") {
                this.#save(); // without what has been answered or forgotten meanwhile
            }
        }
    }

    #showNotice(problem) {
        const words = problem.words + " What is shown may be out of date.";
        if (this.#notice.firstChild?.textContent !== words) {
            const again = element("button", {type: "button"},
                problem.status === 401 ? "Give the token" : "Try again");
            on(again, "click", () => {
                this.#token.isDeclined = false;
                this.#readAll();
            });
            this.#stick(() => this.#notice.replaceChildren(element("span", {}, words), again));
        }
    }

    // ---- asking

    async #send() {
        const conversation = this.#shown;
        if (conversation.running) {
            this.#composer.say("Wait for the answer, or stop it.");
        } else if (!this.#composer.isEmpty) {
            const turn = turnOf(this.#composer.draft,
                change => this.#showing(conversation, change));
            this.#composer.draft = conversation.draft = {text: "", image: null, asked: null};
            await this.#ask(conversation, turn);
        }
    }

    async #ask(conversation, turn) {
        const end = conversation.ask(turn, this.#server);
        this.#render();
        this.#toNewest();
        await end;
        this.#tellEnd(conversation, turn);
        await this.#readAfter(conversation, turn);
        this.#others.postMessage("changed");
    }

    #showing(conversation, change) {
        if (conversation === this.#shown) {
            this.#stick(change);
        } else {
            change();
        }
    }

    #tellEnd(conversation, turn) {
        if (conversation === this.#shown) {
            this.#composer.say("");
            this.#stick(() => this.#render());
            const words = turn.answer.slice(0, 1000);
            this.#announce(turn.state === "stored" || turn.state === "forgotten"
                ? "vaas: " + words + (turn.answer.length > 1000 ? "\u2026" : "")
                : turn.stateWords());
        } else {
            this.#states.set(conversation.id,
                turn.state === "stored" ? "answered" : "not answered");
            this.#showList();
        }
    }

    async #readAfter(conversation, turn) {
        await this.#trying(() => conversation.readAnew(this.#server));
        if (conversation !== this.#shown) {
            conversation.leave();
        } else {
            this.#stick(() => this.#render());
        }
        if (turn.state === "stored" && !this.#sidebar.has(conversation.id)) {
            this.#readList(false);
        }
    }

    #askAgain(event) {
        const button = event.target.closest("button.again, button.edit");
        const article = button?.closest("article");
        const turn = this.#shown.turns.find(it => it.reply === article);
        if (!turn) {
            return;
        }
        this.#composer.focus();
        if (button.className === "edit") {
            this.#shown.draft = this.#composer.draft;
            this.#shown.edit(turn);
            this.#composer.draft = this.#shown.draft;
            this.#render();
        } else if (!this.#shown.running) {
            this.#ask(this.#shown, turn);
        }
    }

    // ---- forgetting

    #askToReset() {
        const conversation = this.#shown;
        const {title, kept} = conversation;
        this.#resetDialog.ask(`${title}: ${kept} will be gone from this page and from the server,`
            + " for everybody who reads here. This can\u2019t be taken back.",
        () => this.#reset(conversation));
    }

    async #reset(conversation) {
        await conversation.reset(this.#server);
        this.#others.postMessage("changed");
        this.#render();
        if (conversation === this.#shown) {
            this.#announce(byId("receipt").innerText);
        }
        this.#readAll();
    }

    // ---- what is seen

    #render() {
        const conversation = this.#shown;
        this.#takeReturned(conversation);
        const sent = conversation.sentCount(this.#memorySize);
        inOrder(this.#log, conversation.nodes(sent));
        this.#older.hidden = !conversation.more;
        byId("title").textContent = conversation.title;
        byId("memory").textContent = this.#memoryWords(conversation, sent);
        byId("reset").disabled = !conversation.isRead && !conversation.turns.length;
        showReceipt(conversation);
        this.#composer.isRunning = Boolean(conversation.running);
        this.#showTitle();
        this.#showJump();
    }

    #memoryWords({records: {length}, more, isRead, kept}, sent) {
        if (!isRead || !length) {
            return isRead ? "Nothing is remembered." : "Reading\u2026";
        }
        const isAll = sent === length;
        const which = isAll && !more ? "all of them"
            : isAll && sent < this.#memorySize - 1 ? `at least the newest ${sent}`
            : sent ? `the newest ${sent}` : "none of them";
        return `${kept} remembered` + (sent === null ? "."
            : `; the model is sent ${which} with the next.`);
    }

    #showTitle() {
        const {running, title, turns} = this.#shown;
        const state = running ? "Answering\u2026"
            : turns.at(-1)?.state === "failed" ? "Not answered" : "";
        document.title = [state, title, "vaas"].filter(Boolean).join(" \u2013 ");
    }

    // Emptied first, or the same words would not be read out again.
    #announce(words) {
        this.#status.textContent = "";
        clearTimeout(this.announcing);
        this.announcing = setTimeout(() => this.#status.textContent = words, 50);
    }

    get #isAtNewest() {
        const {scrollTop, clientHeight, scrollHeight} = document.scrollingElement;
        return scrollHeight - scrollTop - clientHeight < 48;
    }

    // Follows the text only if the reader was at its end.
    #stick(change) {
        const follows = this.#isAtNewest;
        change();
        if (follows) {
            this.#toNewest();
        }
        this.#showJump();
    }

    #toNewest() {
        let reached = 0; // unless the reader has left it meanwhile
        untilSettled(() => {
            if (scrollY >= reached || this.#isAtNewest) {
                scrollTo(0, document.scrollingElement.scrollHeight);
                reached = scrollY;
            }
        });
    }

    #showJump() {
        byId("jump").hidden = this.#isAtNewest;
    }

    #keepingPlace(change) {
        const anchor = this.#log.firstElementChild;
        const before = anchor?.getBoundingClientRect().top;
        change();
        if (anchor) {
            anchor.querySelector("button")?.focus({preventScroll: true});
            untilSettled(() => scrollBy(0, anchor.getBoundingClientRect().top - before));
        }
    }

    // ---- what is kept while the page is left

    get #kept() {
        return "vaas-typed " + location.pathname;
    }

    // A hidden tab may be thrown away without a word, a phone's most of all.
    #turnUp() {
        if (document.visibilityState === "visible") {
            tab.removeItem(this.#kept);
        } else {
            this.#save();
        }
    }

    // What was typed and not answered; text that is remembered is never kept here.
    #save() {
        this.#shown.draft = this.#composer.draft;
        const typed = [];
        for (const {id, draft, turns} of this.#conversations.values()) {
            const open = turns.filter(turn => turn.isRunning || turn.state === "failed");
            const asked = open.length === 1 && !draft.text ? open[0] : draft.asked;
            const text = [...open.map(turn => turn.text), draft.text].filter(Boolean).join("\n");
            if (text) {
                typed.push({id, text, asked: asked && asked.text === text && !asked.image
                    ? {text, image: null, key: asked.key, after: asked.after} : null});
            }
        }
        if (typed.length) {
            tab.setItem(this.#kept, JSON.stringify(typed));
        } else {
            tab.removeItem(this.#kept);
        }
    }

    #restore() {
        for (const {id, text, asked} of JSON.parse(tab.getItem(this.#kept)) ?? []) {
            this.#of(id).draft = {text, image: null, asked};
        }
    }
}

// Scrolls, and again when what is new has its height.
function untilSettled(scroll) {
    scroll();
    afterFrames(1, scroll);
}

// Makes the children of a node these, and moves none that is in its place.
function inOrder(parent, nodes) {
    let next = parent.firstChild;
    for (const node of nodes) {
        if (node === next) {
            next = next.nextSibling;
        } else {
            parent.insertBefore(node, next);
        }
    }
    while (next) {
        const gone = next;
        next = next.nextSibling;
        gone.remove();
    }
}

function showReceipt({receipt, wasResetElsewhere, records, turns, isRead}) {
    const node = byId("receipt");
    const isEmpty = isRead && !records.length && !turns.length;
    node.hidden = !receipt && !wasResetElsewhere && !isEmpty;
    if (receipt) {
        const {records_removed: removed, bytes_removed: bytes, generation, backup} = receipt;
        const rows = [["Records removed", removed ?? "not countable"], ["Bytes removed", bytes],
            ["Resets since it was opened", generation], ["Backup", backup]];
        node.replaceChildren(element("h3", {}, "Forgotten"),
            element("dl", {}, ...rows.filter(([, value]) => value !== undefined).flatMap(
                ([name, value]) => [element("dt", {}, name),
                    element("dd", {}, value.toLocaleString())])));
    } else {
        node.replaceChildren(element("p", {}, wasResetElsewhere
            ? "This conversation was reset elsewhere. What was shown here before is forgotten."
            : "Nothing is remembered here. What you write is remembered until it is reset."));
    }
}

new Page().start();
