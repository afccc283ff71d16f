// What Markdown has inside a line: code, bold, links, addresses.

const SPECIAL = /`+|\*\*|!?\[|https?:\/\//g;
// An image is only found to be left alone.
const LINK = /!?\[([^[\]]{1,500})\]\((https?:\/\/[^\s()<>]{1,2000}(?:\([^\s()<>]{0,500}\))?)\)/y;
const ADDRESS = /https?:\/\/[^\s<>"`\u202A-\u202E\u2066-\u2069]{1,2000}/y;
// What ends a sentence rather than an address.
const TRAILING = /[.,;:!?'*_\]}\u3001\u3002\uFF0C\uFF09]$/;

// An address that a link may lead to, or null: absolute, and not one that names a user to mislead.
function addressOf(text) {
    try {
        const url = new URL(text);
        return /^https?:$/.test(url.protocol) && !url.username && !url.password ? url : null;
    } catch {
        return null;
    }
}

function linkNode(url, words) {
    const node = element("a", {
        href: url.href, title: url.href, rel: "noopener noreferrer", target: "_blank"});
    addText(node, words);
    if (!words.includes(url.host) || addressOf(words)?.host !== url.host) {
        node.dataset.host = url.host; // shown behind the words, which may promise another
    }
    return node;
}

// One line, read once from left to right.
class Inline {
    #text;
    #fragment = document.createDocumentFragment();
    #into = this.#fragment;
    #shown = 0;
    #endless = new Set(); // marks that have no end in this line: looked for once

    constructor(text) {
        this.#text = text;
    }

    nodes() {
        const special = new RegExp(SPECIAL);
        for (let found = special.exec(this.#text); found; found = special.exec(this.#text)) {
            const [mark] = found;
            special.lastIndex = Math.max(
                this.#read(mark, found.index), found.index + mark.length);
        }
        this.#showUpTo(this.#text.length);
        return this.#fragment;
    }

    #read(mark, at) {
        return mark[0] === "`" ? this.#code(mark, at)
            : mark === "**" ? this.#strong(at)
            : mark.endsWith("[") ? this.#link(at)
            : this.#address(at);
    }

    #showUpTo(end) {
        addText(this.#into, this.#text.slice(this.#shown, end));
        this.#shown = end;
    }

    #add(node, at, end) {
        this.#showUpTo(at);
        this.#into.append(node);
        this.#shown = end;
        return end;
    }

    #code(ticks, at) {
        const start = at + ticks.length;
        const end = this.#endOf(ticks, start);
        if (end < 0) {
            return start;
        }
        const code = element("code", {dir: "ltr"});
        addText(code, this.#text.slice(start, end).replace(/^ (.*\S.*) $/, "$1"));
        return this.#add(code, at, end + ticks.length);
    }

    // Of just as many ticks.
    #endOf(ticks, start) {
        if (this.#endless.has(ticks)) {
            return -1;
        }
        let at = this.#text.indexOf(ticks, start);
        while (at >= 0 && (this.#text[at + ticks.length] === "`" || this.#text[at - 1] === "`")) {
            at = this.#text.indexOf(ticks, at + 1);
        }
        if (at < 0) {
            this.#endless.add(ticks);
        }
        return at;
    }

    #strong(at) {
        const end = at + 2;
        const isOpen = this.#into !== this.#fragment;
        const next = isOpen ? this.#text[at - 1] : this.#text[end];
        if (!/[^\s*]/.test(next ?? "")
                || !isOpen && this.#endOf("**", end + 1) < 0) {
            return end;
        }
        this.#showUpTo(at);
        this.#shown = end;
        const into = isOpen ? this.#fragment : element("strong");
        if (!isOpen) {
            this.#fragment.append(into);
        }
        this.#into = into;
        return end;
    }

    #link(at) {
        LINK.lastIndex = at;
        const found = LINK.exec(this.#text);
        if (!found) {
            return at;
        }
        const end = at + found[0].length;
        const url = found[0][0] === "!" ? null : addressOf(found[2]);
        return url ? this.#add(linkNode(url, found[1]), at, end) : end;
    }

    #address(at) {
        ADDRESS.lastIndex = at;
        let address = ADDRESS.exec(this.#text)?.[0] ?? "";
        while (TRAILING.test(address) || address.endsWith(")") && !address.includes("(")) {
            address = address.slice(0, -1);
        }
        const url = /\w/.test(this.#text[at - 1] ?? "") ? null : addressOf(address);
        return url ? this.#add(linkNode(url, address), at, at + address.length)
            : at + address.length;
    }
}
