// The list of conversations.

class Sidebar {
    #list = byId("conversation-list");
    #more = byId("more-conversations");
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
        this.#list.replaceChildren(...known.map(row => this.#node(row, current, states)));
        this.#more.hidden = this.#next === null;
        this.#keepFocus(focused);
    }

    #keepFocus(focused) {
        if (!focused.isConnected) {
            const href = focused.getAttribute("href");
            this.#list.querySelector(`[href="${href}"]`)?.focus({preventScroll: true});
        } else if (focused === this.#more && focused.hidden) {
            this.#list.lastChild.firstChild.focus();
        }
    }

    #node({session_id: id, bytes, last_activity: time}, current, states) {
        const details = element("span", {class: "details"});
        const state = states.get(id);
        if (state) {
            details.append(element("strong", {}, state));
        } else if (time) {
            details.append(timeNode(time), ` \u00b7 ${sizeOf(bytes)}`);
        } else {
            details.append(id === null ? "everybody\u2019s" : "new");
        }
        const link = element("a", {href: id === null ? "#/" : "#/" + id},
            element("span", {class: "name"}, id ?? "Shared conversation"), details);
        if (id === current) {
            link.setAttribute("aria-current", "page");
        }
        return element("li", {}, link);
    }
}

function sizeOf(bytes) {
    return bytes < 1024 ? count(bytes, "byte")
        : bytes < 1 << 20 ? Math.round(bytes / 1024).toLocaleString() + " KiB"
        : (bytes / (1 << 20)).toFixed(1) + " MiB";
}
