// A question of this page and its answer, until reading back shows them as remembered.

// Behind every message that is remembered.
const LAST = "~";

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
    #frame = 0;
    #stopper;

    constructor({text, image, key}, onShown) {
        this.text = text;
        this.image = image;
        this.key = key ?? randomName(32);
        this.onShown = onShown;
        this.question = recordNode({role: "user", content: text, timestamp: ""});
        if (image) {
            textOf(this.question).append(image.node());
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
            for await (const {name, value} of
                    server.chat(conversation, this, this.#stopper.signal)) {
                this.#take(name, value);
            }
        } catch (e) {
            this.#fail(e);
        }
        this.#show();
        this.#showState();
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

    #take(name, value) {
        if (name === "delta") {
            this.answer += value.text;
            this.#pending += value.text;
            this.#frame ||= requestAnimationFrame(() => this.#show());
        } else if (name === "done") {
            this.#complete(value.message);
            this.messageId = value.message_id;
            this.clip = value.clip_path;
            this.state = value.remembered ? "stored" : "forgotten";
        }
    }

    // What was shown is its beginning, or else is shown anew.
    #complete(message) {
        if (!message.startsWith(this.answer)) {
            this.#makeAnswer();
        }
        this.#pending += message.slice(this.answer.length);
        this.answer = message;
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

    // At most once a frame, however fast the words come.
    #show() {
        cancelAnimationFrame(this.#frame);
        this.#frame = 0;
        const text = this.#pending;
        this.#pending = "";
        this.onShown(() => this.#markdown.write(text));
        sources.set(this.reply, this.answer);
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
