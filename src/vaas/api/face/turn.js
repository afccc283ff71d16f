// A question of this page and its answer, until reading back shows them as remembered.

// Behind every message that is remembered.
const LAST = "~";
const FRAME_MILLIS = 16;

class Turn {
    answer = "";
    state = "new"; // then running; then stored, forgotten, stopped or failed
    problem = null;
    messageId = null;
    place = LAST; // behind which message it stands
    after = ""; // what was remembered when it was first asked
    resetWords = ""; // if the conversation was reset while it ran
    #pending = ""; // not shown yet
    #markdown;
    #timer = 0;
    #pause = 0;
    #step = PIECE; // characters shown at once
    #onAllShown = () => {};
    #stopper;

    constructor({text, image, key}, onShown) {
        this.text = text;
        this.image = image;
        this.key = key ?? randomName(32);
        this.onShown = onShown;
        this.question = recordNode({role: "user", content: text, timestamp: ""});
        if (image) {
            textOf(this.question).append(imageNode(image));
        }
        this.#makeAnswer();
    }

    // What the memory will have in place of the question.
    get remembered() {
        return this.text || "[image]";
    }

    get isRunning() {
        return this.state === "running";
    }

    get nodes() {
        return [this.question, this.reply];
    }

    // Whether it may have been stored though it did not end well.
    get isUnsure() {
        return this.state === "stopped" || this.state === "failed" && this.problem.isUnsure;
    }

    // Asks, or asks again, and returns when it has ended in one way or another.
    async run(server, conversation) {
        this.#stopper = new AbortController();
        this.state = "running";
        this.place = LAST;
        this.problem = null;
        this.resetWords = "";
        this.#makeAnswer();
        this.#showState();
        try {
            this.#complete(await server.chat(
                conversation, this, this.#stopper.signal, words => this.#take(words)));
        } catch (e) {
            this.#fail(e);
        }
        await this.#allShown();
        this.#showState();
    }

    #allShown() {
        return new Promise(resolve => {
            this.#onAllShown = resolve;
            this.#show();
        });
    }

    stop() {
        this.#stopper.abort();
    }

    #makeAnswer() {
        const reply = messageNode("assistant", "");
        this.reply?.replaceWith(reply);
        this.reply = reply;
        this.answer = this.#pending = "";
        this.#markdown = new Markdown(textOf(reply));
    }

    #take(words) {
        this.answer += words;
        this.#pending += words;
        this.#timer ||= setTimeout(() => this.#show(), this.#pause);
    }

    // What was shown is its beginning, or else is shown anew.
    #complete({message, message_id: id, clip_path: clip, remembered}) {
        if (!message.startsWith(this.answer)) {
            this.#makeAnswer();
        }
        this.#take(message.slice(this.answer.length));
        this.messageId = id;
        this.clip = clip;
        this.state = remembered ? "stored" : "forgotten";
    }

    #fail(e) {
        if (e.name === "AbortError") {
            this.state = "stopped";
            return;
        }
        this.state = "failed";
        this.problem = e instanceof Problem ? e : Problem.broken();
        if (this.problem.type.endsWith("#key-reused")) {
            this.key = randomName(32);
        }
    }

    // However fast the words come, and however slow the device, most of its time is the reader's:
    // so much text as takes little time, and then a pause.
    #show() {
        clearTimeout(this.#timer);
        this.#timer = 0;
        const start = performance.now();
        const text = this.#pending.slice(0, this.#step);
        this.#pending = this.#pending.slice(this.#step);
        this.onShown(() => {
            this.reply.classList.toggle("empty", !this.answer);
            this.#markdown.write(text);
        });
        const millis = performance.now() - start;
        this.#step = millis > FRAME_MILLIS ? Math.max(PIECE, this.#step / 2) : 2 * this.#step;
        this.#pause = Math.max(FRAME_MILLIS, millis);
        if (this.#pending) {
            this.#timer = setTimeout(() => this.#show(), this.#pause);
        } else {
            sources.set(this.reply, this.answer);
            this.#onAllShown();
        }
    }

    // The conversation has been reset, which fences what still runs.
    fence(elsewhere) {
        this.resetWords = elsewhere ? "The conversation was reset meanwhile."
            : "The conversation was reset meanwhile: this will not be remembered.";
        this.#showState();
    }

    #showState() {
        const {reply} = this;
        reply.setAttribute("aria-busy", this.isRunning);
        reply.classList.toggle("empty", !this.answer);
        reply.querySelector("footer")?.remove();
        const words = this.stateWords();
        if (words) {
            const retry = this.state === "failed" || this.state === "stopped" ? [
                element("button", {type: "button", class: "again"}, "Try again"),
                element("button", {type: "button", class: "edit"}, "Edit")] : [];
            reply.append(element("footer", {class: this.state},
                element("p", {}, words), ...retry));
        }
    }

    stateWords() {
        switch (this.state) {
            case "running":
                return this.resetWords;
            case "stored":
                return this.clip ? "Made: " + this.clip : "";
            case "forgotten":
                return "Not remembered: a reset came before the answer.";
            case "stopped":
                return "Stopped. Not remembered.";
            default:
                return (this.problem?.words ?? "") + (this.problem?.isUnsure ? ""
                    : " Not remembered.");
        }
    }
}
