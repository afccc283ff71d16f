// Server-sent events (WHATWG HTML, section 9.2.6), read from an answer.

// Text to events, in whatever pieces it comes.
class EventReader {
    #rest = ""; // of a line
    #afterReturn = false; // so that a line feed still belongs to it
    #event = "";
    #data = [];

    read(text) {
        const more = this.#afterReturn && text[0] === "\n" ? text.slice(1) : text;
        this.#afterReturn = text ? text.endsWith("\r") : this.#afterReturn;
        const lines = more.split(/\r\n|\r|\n/);
        lines[0] = this.#rest + lines[0];
        this.#rest = lines.pop();
        return lines.map(line => this.#line(line)).filter(Boolean);
    }

    #line(line) {
        if (!line) {
            const event = {name: this.#event || "message", data: this.#data.join("\n")};
            const isEmpty = !this.#data.length;
            this.#event = "";
            this.#data = [];
            return isEmpty ? null : event;
        }
        const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line);
        if (field === "event") {
            this.#event = value;
        } else if (field === "data") {
            this.#data.push(value);
        }
        return null;
    }
}

// More than the server is ever silent: it writes at least every second.
const SILENCE_MILLIS = 30000;

// The events of an answer, as many as come together, up to its end or to where it fell silent.
async function* eventsOf(answer) {
    const bytes = answer.body.getReader();
    const decoder = new TextDecoder();
    const events = new EventReader();
    try {
        for (;;) {
            const alarm = setTimeout(() => bytes.cancel(), SILENCE_MILLIS);
            const {done, value} = await bytes.read().finally(() => clearTimeout(alarm));
            if (done) {
                return;
            }
            yield events.read(decoder.decode(value, {stream: true}));
        }
    } finally {
        bytes.cancel().catch(() => {}); // who has read enough lets go of the connection
    }
}
