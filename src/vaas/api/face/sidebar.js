// The list of conversations.

class Sidebar {
    #list = byId("conversation-list");
    #more = byId("more-conversations");
    #items = new Map(); // by id
    #rows = [];
    #next = null;

    constructor(server) {
        this.server = server;
    }

    // Reads the first of them, or those behind what was read.
    async read(goesOn) {
        const {sessions, next} = await this.server.sessions(goesOn ? this.#next : null);
        this.#rows = goesOn ? [...this.#rows, ...sessions] : sessions;
        this.#next = next;
    }

    has(id) {
        return this.#rows.some(row => row.session_id === id);
    }

    // Shows which one is open, which answer, and which have.
    show(current, states) {
        const known = [{session_id: null}, ...this.#rows];
        const others = [current, ...states.keys()].filter((id, i, all) => all.indexOf(id) === i
            && !known.some(row => row.session_id === id));
        known.splice(1, 0, ...others.map(id => ({session_id: id})));
        const {activeElement: focused} = document;
        inOrder(this.#list, known.map(row => this.#item(row, current, states)));
        this.#more.hidden = this.#next === null;
        if (focused === this.#more && focused.hidden) {
            this.#list.lastChild.firstChild.focus();
        }
    }

    // The same as before where there was one, for the focus may be on it.
    #item(row, current, states) {
        const {session_id: id} = row;
        if (!this.#items.has(id)) {
            this.#items.set(id, element("li", {}, element("a", {href: "#/" + (id ?? "")},
                element("span", {class: "name"}, id ?? "Shared conversation"),
                element("span", {class: "details"}))));
        }
        const item = this.#items.get(id);
        const link = item.firstChild;
        link.setAttribute("aria-current", id === current ? "page" : "false");
        link.lastChild.replaceChildren(...detailsOf(row, states.get(id)));
        return item;
    }
}

function detailsOf({session_id: id, bytes, last_activity: time}, state) {
    return state ? [element("strong", {}, state)]
        : time ? [timeNode(time), ` \u00b7 ${sizeOf(bytes)}`]
        : [id === null ? "everybody\u2019s" : "new"];
}

function sizeOf(bytes) {
    return bytes < 1024 ? count(bytes, "byte")
        : bytes < 1 << 20 ? Math.round(bytes / 1024).toLocaleString() + " KiB"
        : (bytes / (1 << 20)).toFixed(1) + " MiB";
}
