// Where one writes: a text, an image, and the buttons that send and stop.

class Composer {
    #field = byId("message");
    #file = byId("file");
    #preview = byId("preview");
    #trouble = byId("composer-trouble");
    #stop = byId("stop");
    #image = null;
    #asked = null; // the turn that is being edited

    // Calls back to send what is written, and to stop.
    constructor(send, stop) {
        on(byId("composer"), "submit", event => {
            event.preventDefault();
            send();
        });
        on(this.#field, "keydown", event => {
            // While an input method composes, Enter chooses a word (229 where that is not told).
            const isComposing = event.isComposing || event.keyCode === 229;
            if (event.key === "Enter" && !event.shiftKey && !isComposing) {
                event.preventDefault();
                send();
            }
        });
        on(this.#stop, "click", stop);
        on(byId("image"), "click", () => this.#file.click());
        on(this.#file, "change", () => {
            this.#attach(this.#file.files);
            this.#file.value = "";
        });
        on(this.#field, "paste", event => this.#take(event, event.clipboardData));
        on(document, "dragover", event => this.#welcome(event));
        on(document, "drop", event => this.#take(event, event.dataTransfer));
    }

    #welcome(event) {
        if (event.dataTransfer.types.includes("Files")) {
            event.preventDefault();
        }
    }

    // Text is left to the browser.
    #take(event, {files}) {
        if (files.length) {
            event.preventDefault();
            this.#attach(files);
        }
    }

    async #attach([file]) {
        this.say("");
        try {
            await checkImage(file);
            this.#show(file);
            this.#field.focus();
        } catch (e) {
            this.say(e instanceof Problem ? e.words : "The file can\u2019t be read.");
        }
    }

    #show(image) {
        this.#image = image;
        this.#preview.replaceChildren();
        if (image) {
            const remove = element("button", {type: "button"}, "Remove image");
            on(remove, "click", () => {
                this.#show(null);
                this.#field.focus();
            });
            this.#preview.append(imageNode(image), remove);
        }
    }

    say(words) {
        this.#trouble.textContent = words;
    }

    get isEmpty() {
        return !this.#field.value.trim() && !this.#image;
    }

    get draft() {
        return {text: this.#field.value, image: this.#image, asked: this.#asked};
    }

    set draft({text, image, asked}) {
        this.#field.value = text;
        this.#asked = asked;
        this.#show(image);
        this.say("");
    }

    set isRunning(running) {
        if (!running && document.activeElement === this.#stop) {
            this.#field.focus();
        }
        this.#stop.hidden = !running;
    }

    focus() {
        this.#field.focus();
    }
}

// The turn of a draft; one that was asked before keeps its key, if it still says the same.
function turnOf({text, image, asked}, onShown) {
    const isSame = asked && asked.text === text && asked.image === image;
    const turn = new Turn({text, image, key: isSame ? asked.key : null}, onShown);
    turn.after = isSame ? asked.after : null;
    return turn;
}
