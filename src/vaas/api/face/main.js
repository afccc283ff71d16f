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
    #others = "BroadcastChannel" in window ? new BroadcastChannel("vaas") : null; // tabs
    #shown = null;

    start() {
        this.#restore();
        addEventListener("hashchange", () => this.#open(this.#inAddress()));
        addEventListener("pagehide", () => this.#save());
        addEventListener("focus", () => this.#poll());
        document.addEventListener("visibilitychange", () => this.#poll());
        addEventListener("scroll", () => this.#showJump(), {passive: true});
        document.addEventListener("click", copyFrom);
        this.#log.addEventListener("click", event => this.#askAgain(event));
        this.#older.addEventListener("click", () => this.#readOlder());
        this.#others?.addEventListener("message", () => this.#poll());
        byId("reset").addEventListener("click", () => this.#askToReset());
        byId("jump").addEventListener("click", () => this.#toNewest());
        byId("new").addEventListener("click", () => this.#begin());
        byId("menu").addEventListener("click", () => this.#toggleMenu());
        byId("conversation-list").addEventListener("click", event => this.#choose(event));
        byId("more-conversations").addEventListener("click", () => this.#trying(
            async () => {
                await this.#sidebar.readMore();
                this.#showList();
            }));
        setInterval(() => this.#poll(), POLL_MILLIS);
        this.#open(this.#inAddress());
        this.#readList();
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
        this.#composer.draft = this.#shown.draft;
        this.#render();
        this.#showList();
        this.#toNewest();
        this.#composer.focus();
        await this.#read();
        this.#toNewest();
    }

    #begin() {
        location.hash = "#/" + randomName(12);
        this.#closeMenu();
    }

    #choose(event) {
        if (event.target.closest("a")) {
            this.#closeMenu();
        }
    }

    #toggleMenu() {
        const isOpen = document.body.classList.toggle("menu");
        byId("menu").setAttribute("aria-expanded", isOpen);
        this.#readList();
    }

    #closeMenu() {
        document.body.classList.remove("menu");
        byId("menu").setAttribute("aria-expanded", false);
    }

    async #readList() {
        await this.#trying(() => this.#sidebar.read());
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

    async #read() {
        const conversation = this.#shown;
        await this.#trying(async () => {
            const hadReset = conversation.wasResetElsewhere;
            const hasChanged = await conversation.read(this.#server);
            if (hasChanged && conversation === this.#shown) {
                this.#stick(() => this.#render());
                this.#takeEdited(conversation);
                if (conversation.wasResetElsewhere && !hadReset) {
                    this.#announce("This conversation was reset elsewhere.");
                }
            }
        });
    }

    // A reset may have given back what was never remembered.
    #takeEdited(conversation) {
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
        }
    }

    #showNotice(problem) {
        const words = problem.words + " What is shown may be out of date.";
        if (this.#notice.firstChild?.textContent !== words) {
            const again = element("button", {type: "button"},
                problem.status === 401 ? "Give the token" : "Try again");
            again.addEventListener("click", () => {
                this.#token.isDeclined = false;
                this.#read();
                this.#readList();
            });
            this.#notice.replaceChildren(element("span", {}, words), again);
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
        this.#others?.postMessage("changed");
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
            this.#readList();
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
        const {records, more} = conversation;
        const what = more ? "more than " + count(records.length, "message")
            : count(records.length, "message");
        this.#resetDialog.ask(`${conversation.title}: ${what}, from the page, from the server`
            + " and from its disk, for everybody. It can\u2019t be taken back.",
        () => this.#reset(conversation));
    }

    async #reset(conversation) {
        await conversation.reset(this.#server);
        this.#others?.postMessage("changed");
        this.#render();
        this.#announce("Forgotten. " + receiptWords(conversation.receipt));
        this.#readList();
    }

    // ---- what is seen

    #render() {
        const conversation = this.#shown;
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

    #memoryWords({records, more, isRead}, sent) {
        if (!isRead) {
            return "Reading\u2026";
        } else if (!records.length) {
            return "Nothing is remembered.";
        }
        const kept = `${more ? "More than " : ""}${count(records.length, "message")} remembered`;
        const next = sent === null ? ""
            : sent === records.length && !more ? "; the model is sent all of them with the next"
            : sent === records.length && sent < this.#memorySize - 1
                ? `; the model is sent at least the newest ${sent} with the next`
            : sent ? `; the model is sent the newest ${sent} with the next`
            : "; the model is sent none of them";
        return kept + next + ".";
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
        untilSettled(() => scrollTo(0, document.scrollingElement.scrollHeight));
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
        try {
            if (typed.length) {
                sessionStorage.setItem(this.#kept, JSON.stringify(typed));
            }
        } catch {
            // where nothing can be kept, nothing is
        }
    }

    #restore() {
        try {
            for (const {id, text, asked} of JSON.parse(sessionStorage.getItem(this.#kept)) ?? []) {
                this.#of(id).draft = {text, image: null, asked};
            }
            sessionStorage.removeItem(this.#kept);
        } catch {
            // as above
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

function receiptWords({records_removed: records, bytes_removed: bytes, backup}) {
    const what = records === null ? "Messages that could not be counted"
        : count(records, "record");
    return `${what} and ${count(bytes, "byte")} were removed.`
        + (backup ? ` A backup was kept as ${backup}.` : "");
}

function showReceipt({receipt, wasResetElsewhere, records, turns, isRead}) {
    const node = byId("receipt");
    const isEmpty = isRead && !records.length && !turns.length;
    node.hidden = !receipt && !wasResetElsewhere && !isEmpty;
    if (receipt) {
        const {records_removed: removed, bytes_removed: bytes, generation, backup} = receipt;
        const rows = [["Records removed", removed ?? "not countable"], ["Bytes removed", bytes],
            ["Resets since it was opened", generation], ...(backup ? [["Backup", backup]] : [])];
        node.replaceChildren(element("h3", {}, "Forgotten"),
            element("dl", {}, ...rows.flatMap(([name, value]) =>
                [element("dt", {}, name), element("dd", {}, value.toLocaleString())])));
    } else {
        node.replaceChildren(element("p", {}, wasResetElsewhere
            ? "This conversation was reset elsewhere. What was shown here before is forgotten."
            : "Nothing is remembered here. What you write is remembered until it is reset."));
    }
}

new Page().start();
