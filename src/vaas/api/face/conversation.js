// A conversation as this page knows it. What is remembered is what the server said last.

const PAGE = 100; // records at first, and with each step back
const NEWS = 20; // records when something has changed

class Conversation {
    records = [];
    more = false; // older ones are remembered
    isRead = false;
    turns = []; // of this page, not among the records
    draft = {text: "", image: null, asked: null};
    receipt = null; // of the last reset here
    wasResetElsewhere = false;
    returned = null; // a draft: what was typed here and not remembered when it was reset elsewhere
    #tag = "";
    #nodes = new Map(); // by message id
    #ours = new Set(); // ids of questions whose turns were given up for them
    #reading = null;
    #begun = 0; // raised when what is being read has lost its meaning

    // Its name, null for the one that everybody shares.
    constructor(id) {
        this.id = id;
    }

    get title() {
        return this.id ?? "Shared conversation";
    }

    // How much is remembered, in words.
    get kept() {
        return (this.more ? "More than " : "") + count(this.records.length, "message");
    }

    get newestId() {
        return this.records.at(-1)?.message_id ?? "";
    }

    get running() {
        return this.turns.find(turn => turn.isRunning);
    }

    // Reads what is remembered now; true if that has changed.
    async read(server) {
        const reading = this.#reading ??= this.#read(server);
        try {
            return await reading;
        } finally {
            this.#reading = this.#reading === reading ? null : this.#reading;
        }
    }

    // The same, but surely begun after all that has happened so far.
    async readAnew(server) {
        await this.#reading?.catch(() => {});
        return this.read(server);
    }

    async #read(server) {
        const begun = this.#begun;
        const ended = this.turns.filter(turn => turn.state === "stored");
        const limit = this.records.length ? NEWS : PAGE;
        let page = await server.memory(this.id, {limit, tag: this.#tag});
        const isPart = page && limit < PAGE && page.more;
        const keepsOlder = isPart && this.#goesOn(page)
            && await server.holds(this.id, this.records[0]?.message_id);
        if (isPart && !keepsOlder) {
            page = await server.memory(this.id, {limit: PAGE});
        }
        if (begun !== this.#begun) {
            return false;
        }
        const {length} = this.turns;
        if (page) {
            this.#take(page, keepsOlder);
        }
        this.#adopt(ended);
        return Boolean(page) || this.turns.length !== length;
    }

    #goesOn({records}) {
        return records.some(record => record.message_id === this.newestId);
    }

    #take(page, keepsOlder) {
        const first = page.records[0]?.message_id ?? LAST;
        const goesOn = this.#goesOn(page);
        const wasWiped = this.records.length > 0 && !goesOn && !page.more;
        const older = keepsOlder
            ? this.records.filter(record => record.message_id < first) : [];
        this.more = older.length ? this.more : page.more;
        this.records = [...older, ...page.records];
        this.#tag = page.tag;
        this.isRead = true;
        this.#dropNodes();
        if (wasWiped) {
            this.forget({elsewhere: true});
        }
    }

    // A turn is given up for its records: at once where their ids tell, else where they look alike.
    #adopt(ended) {
        this.turns = this.turns.filter(turn => {
            const at = this.records.findIndex(record => record.message_id === turn.messageId);
            if (turn.state === "stored" && at > 0) {
                this.#ours.add(this.records[at - 1].message_id);
                this.#nodes.set(this.records[at - 1].message_id, turn.question);
                this.#nodes.set(turn.messageId, turn.reply);
                this.#showTimes(at);
                return false;
            }
            return !ended.includes(turn) && !(turn.isUnsure && this.#isStored(turn));
        });
    }

    #showTimes(at) {
        for (const {message_id: id, timestamp} of this.records.slice(at - 1, at + 1)) {
            settle(this.#nodes.get(id)).querySelector("h3").after(timeNode(timestamp));
        }
    }

    #isStored(turn) {
        const stored = this.records.find(({message_id: id, role, content}) => role === "user"
            && id > turn.after && content === turn.remembered && !this.#ours.has(id));
        if (stored) {
            this.#ours.add(stored.message_id);
        }
        return Boolean(stored);
    }

    #dropNodes() {
        const ids = new Set(this.records.map(record => record.message_id));
        for (const id of this.#nodes.keys()) {
            if (!ids.has(id)) {
                this.#nodes.delete(id);
            }
        }
    }

    async readOlder(server) {
        const before = this.records[0].message_id;
        const page = await server.memory(this.id, {limit: PAGE, before});
        if (this.records[0]?.message_id === before) { // nothing was reset meanwhile
            this.records = [...page.records, ...this.records];
            this.more = page.more;
        }
    }

    // Asks, and returns when the turn has ended.
    async ask(turn, server) {
        this.receipt = null;
        this.wasResetElsewhere = false;
        if (!this.turns.includes(turn)) {
            turn.after ??= this.newestId;
            this.turns.push(turn);
        }
        await turn.run(server, this.id);
        if (turn.state !== "stored") {
            turn.place = this.newestId;
        }
    }

    async reset(server) {
        this.receipt = await server.reset(this.id);
        this.forget({elsewhere: false});
    }

    // Nothing of what was remembered stays; a running answer does, as it is still given.
    forget({elsewhere}) {
        const unsent = this.turns.filter(turn => turn.state === "failed" && elsewhere);
        if (unsent.length) {
            const [{image}] = unsent;
            const text = unsent.map(turn => turn.text).filter(Boolean).join("\n");
            this.returned = {text, image, asked: unsent.length === 1 ? unsent[0] : null};
        }
        if (!elsewhere) {
            this.#clear();
        }
        this.wasResetElsewhere = elsewhere;
        this.turns = this.turns.filter(turn => turn.isRunning);
        this.turns.forEach(turn => turn.fence(elsewhere));
    }

    #clear() {
        this.records = [];
        this.more = false;
        this.#tag = "";
        this.#nodes.clear();
        this.#reading = null;
        this.#begun++;
    }

    // Makes a question one to be typed on; sent unchanged it is still the same.
    edit(turn) {
        const text = [turn.text, this.draft.text].filter(Boolean).join("\n");
        this.draft = {text, image: turn.image ?? this.draft.image, asked: turn};
        this.turns = this.turns.filter(other => other !== turn);
    }

    // While another is shown: it is read anew when it is shown again.
    leave() {
        this.#clear();
        this.isRead = false;
        this.receipt = null;
        this.wasResetElsewhere = false;
    }

    // How many remembered messages the model will be sent with the next one; null if unknown.
    sentCount(memorySize) {
        const whole = memorySize === 1 ? 2 : memorySize - memorySize % 2; // of turns
        return isNaN(memorySize) ? null : Math.min(this.records.length, whole);
    }

    // All that is shown, in its order.
    nodes(sent) {
        const shown = [];
        const turns = [...this.turns].sort((a, b) => a.place < b.place ? -1 : a.place > b.place);
        const boundary = sent === null ? -1 : this.records.length - sent;
        this.records.forEach((record, i) => {
            while (turns[0]?.place < record.message_id) {
                shown.push(...turns.shift().nodes);
            }
            if (i === boundary && i > 0) {
                shown.push(this.#boundaryNode());
            }
            shown.push(this.#node(record));
        });
        return [...shown, ...turns.flatMap(turn => turn.nodes)];
    }

    #node(record) {
        const id = record.message_id;
        if (!this.#nodes.has(id)) {
            this.#nodes.set(id, settle(recordNode(record)));
        }
        return this.#nodes.get(id);
    }

    #boundaryNode() {
        this.boundary ??= element("p", {class: "boundary"},
            element("span", {}, "The model is sent what follows"));
        return this.boundary;
    }
}
