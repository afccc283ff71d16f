// What Markdown has by lines: paragraphs, lists, code between fences. Lines follow one another, so
// that a text can be shown while it comes: only the line that is not complete is made anew.

const FENCE = /^([ \t]*)(`{3,}|~{3,})([^`]*)$/;
const ITEM = /^([ \t]*)(?:([-*+])|(\d{1,9})[.)])[ \t]+(\S.*)$/;
const HEADING = /^ {0,3}#{1,6} +(\S.*)$/;
const DEPTH_MAX = 6; // of lists in lists; what is deeper stands beside

// Shows text in an element, which is empty at first.
class Markdown {
    #root;
    #line = ""; // not complete
    #undone = null; // while that line is shown: its nodes, and the state before it
    #added = []; // by the line that is being added
    #state = {
        code: null, // the open fence
        into: null, // what more words of this paragraph go into
        size: 0, // of that
        lists: [], // that are open, each with its last item, the outermost first
        blank: true, // whether a blank line came before
        on: false, // whether the line goes on that was cut
    };

    constructor(root) {
        this.#root = root;
    }

    // Adds text, from the middle of a line to the middle of another.
    write(text) {
        this.#undo();
        const lines = text.split("\n");
        lines[0] = this.#line + lines[0];
        this.#line = lines.pop();
        for (const line of lines) {
            this.#add(this.#cut(line).replace(/\r$/, ""));
            this.#state.on = false;
        }
        this.#line = this.#cut(this.#line);
        this.#showIncomplete();
    }

    #cut(line) {
        let rest = line;
        while (rest.length > PIECE) {
            const end = cutAt(rest);
            this.#add(rest.slice(0, end));
            this.#state.on = true;
            rest = rest.slice(end);
        }
        return rest;
    }

    #showIncomplete() {
        if (this.#line) {
            const {code, lists} = this.#state;
            const before = {...this.#state, code: code && {...code}, lists: [...lists]};
            this.#added = [];
            this.#add(this.#line);
            this.#undone = {nodes: this.#added, state: before};
        }
    }

    #undo() {
        if (this.#undone) {
            this.#undone.nodes.forEach(node => node.remove());
            this.#state = this.#undone.state;
            this.#undone = null;
        }
        this.#added = [];
    }

    #append(parent, node) {
        this.#added.push(...(node instanceof DocumentFragment ? node.childNodes : [node]));
        parent.append(node);
        return node;
    }

    #add(line) {
        const state = this.#state;
        if (state.code) {
            this.#addCode(line);
        } else if (state.on && state.into) {
            this.#goOn(line);
        } else if (!line.trim()) {
            state.blank = true;
        } else {
            this.#addBlock(line);
        }
    }

    #addBlock(line) {
        const fence = FENCE.exec(line);
        const item = !fence && ITEM.exec(line);
        const heading = !item && HEADING.exec(line);
        if (fence) {
            this.#openFence(fence);
        } else if (item) {
            this.#addItem(item);
        } else if (heading) {
            this.#addHeading(heading[1]);
        } else {
            this.#addProse(line);
        }
        this.#state.blank = false;
    }

    // Where a line belongs that begins something: into the last item if it is indented.
    #parent(indent) {
        if (!indent.length) {
            this.#state.lists = [];
        }
        return this.#state.lists.at(-1)?.item ?? this.#root;
    }

    #addHeading(words) {
        const line = this.#append(this.#parent(""), element("p", {class: "heading", dir: "auto"}));
        line.append(element("strong", {}, new Inline(words).nodes()));
        this.#state.into = null;
    }

    #addProse(line) {
        const state = this.#state;
        const [, indent, words] = /^([ \t]*)(.*)$/s.exec(line);
        if (state.blank || !state.into) {
            this.#begin(this.#append(this.#parent(indent), element("p", {dir: "auto"})));
        } else if (state.size > PIECE) {
            return this.#goOn(words);
        } else {
            this.#append(state.into, document.createTextNode("\n"));
        }
        this.#addWords(words);
    }

    // In another paragraph that looks like the same.
    #goOn(words) {
        const {into} = this.#state;
        const parent = into.localName === "li" ? into : into.parentNode;
        this.#begin(this.#append(parent, element("p", {class: "on", dir: "auto"})));
        this.#addWords(words);
    }

    #begin(node) {
        this.#state.into = node;
        this.#state.size = 0;
    }

    #addWords(words) {
        this.#append(this.#state.into, new Inline(words).nodes());
        this.#state.size += words.length;
    }

    #addItem([, blanks, bullet, number, words]) {
        const indent = blanks.replaceAll("\t", "    ").length;
        const list = this.#listFor(indent, bullet ? "ul" : "ol", number);
        const item = this.#append(list, element("li", {dir: "auto"}));
        this.#state.lists = [...this.#state.lists, {indent, list, item}];
        this.#begin(item);
        this.#addWords(words);
    }

    // Takes the entry of that list away: one with the new item takes its place.
    #listFor(indent, kind, number) {
        const lists = this.#state.lists.slice(0, DEPTH_MAX);
        while (lists.length && lists.at(-1).indent > indent) {
            lists.pop();
        }
        const top = lists.at(-1);
        const isDeeper = !top || indent > top.indent + 1 && lists.length < DEPTH_MAX;
        if (!isDeeper) {
            lists.pop();
        }
        this.#state.lists = lists;
        if (!isDeeper && top.list.localName === kind) {
            return top.list;
        }
        const start = kind === "ol" && number !== "1" ? {start: number} : {};
        return this.#append(lists.at(-1)?.item ?? this.#root, element(kind, start));
    }

    #openFence([, indent, mark]) {
        const code = element("code");
        const copy = element("button", {type: "button", class: "copy", "aria-label": "Copy code"},
            "Copy");
        this.#append(this.#parent(indent), element("div", {class: "code", dir: "ltr"},
            element("pre", {}, code), copy));
        this.#state.code = {mark, indent: indent.length, into: code, piece: null, size: 0};
        this.#state.into = null;
    }

    #addCode(line) {
        const {code, on} = this.#state;
        const fence = !on && FENCE.exec(line);
        if (fence && fence[2].startsWith(code.mark) && !fence[3].trim()) {
            this.#state.code = null;
            this.#state.blank = true;
            return;
        }
        const text = on ? line : line.replace(new RegExp(`^[ \\t]{0,${code.indent}}`), "");
        const begins = !code.piece || on || code.size > PIECE;
        if (begins) {
            code.piece = this.#append(code.into, element("span", on ? {class: "on"} : {}));
            code.size = 0;
        }
        const words = document.createDocumentFragment();
        addText(words, (begins ? "" : "\n") + text);
        this.#append(code.piece, words);
        code.size += text.length + 1;
    }
}

// The code in a block as it was written: its pieces are lines, but where one goes on.
function codeOf(block) {
    return Array.from(block.querySelectorAll("code > span"),
        (piece, i) => (i && piece.className !== "on" ? "\n" : "") + piece.textContent).join("");
}
