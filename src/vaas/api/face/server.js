// The server that the page came from, at addresses relative to the page.

// Why something was not done, in words.
class Problem extends Error {
    constructor(words, {status = 0, type = "", seconds = 0, isUnsure = false} = {}) {
        super(words);
        this.status = status;
        this.type = type;
        this.seconds = seconds; // after which to ask again, if the server has said so
        this.isUnsure = isUnsure; // whether it may have been done all the same
    }

    get words() {
        return this.message + (this.seconds
            ? ` Ask again in ${count(this.seconds, "second")}.` : "");
    }

    // Of the members of a problem object, wherever it came from.
    static of(body, status, seconds) {
        const words = typeof body?.detail === "string" ? body.detail
            : `The server answered ${status}, without a word why.`;
        return new Problem(words, {status, type: body?.type ?? "", seconds: Number(seconds) || 0,
            isUnsure: body ? words.includes("may be stored") : status >= 500});
    }

    static async ofAnswer(answer) {
        const body = await answer.json().catch(() => null); // a proxy may say it in HTML
        return Problem.of(body, answer.status, answer.headers.get("Retry-After"));
    }

    static unreachable() {
        return new Problem("The server can\u2019t be reached.", {isUnsure: true});
    }

    static broken() {
        return new Problem("The connection broke before the answer was complete. It may be"
            + " remembered or not; to try again does not double it.", {isUnsure: true});
    }
}

// What the browser keeps for this tab; one that keeps nothing loses nothing but comfort.
const tab = (() => {
    try {
        return sessionStorage;
    } catch {
        return {getItem: () => null, setItem() {}, removeItem() {}};
    }
})();

// The token, if one is wanted. It is kept once the server has taken it, for this tab only.
class Token {
    #kept = "vaas-token " + location.pathname;
    #asking = null;
    value = tab.getItem(this.#kept) ?? "";
    isDeclined = false; // by who was asked for it

    constructor(dialog) {
        this.dialog = dialog;
    }

    get headers() {
        return this.value ? {Authorization: "Bearer " + this.value} : {};
    }

    // Asks for another than the one that was refused; false if none is given.
    async replace(refused) {
        if (refused !== this.value) {
            return true;
        }
        this.#keep("");
        this.#asking ??= this.dialog.ask(value => this.#try(value));
        const isGiven = await this.#asking;
        this.#asking = null;
        this.isDeclined = !isGiven;
        return isGiven;
    }

    // Throws a problem if it is not taken.
    async #try(value) {
        if (!/^[!-~]+$/.test(value)) {
            throw new Problem("A token is made of visible ASCII characters.");
        }
        const headers = {Authorization: "Bearer " + value};
        const answer = await reach("sessions?limit=1", {headers});
        if (answer.status === 401) {
            throw new Problem("The server did not take this token.");
        } else if (!answer.ok) {
            throw await Problem.ofAnswer(answer);
        }
        this.#keep(value);
    }

    #keep(value) {
        this.value = value;
        if (value) {
            tab.setItem(this.#kept, value);
        } else {
            tab.removeItem(this.#kept);
        }
    }
}

// Sends a request and waits for the head of its answer, whatever that is.
async function reach(path, options) {
    try {
        return await fetch(path, {cache: "no-store", ...options});
    } catch (e) {
        throw e.name === "AbortError" ? e : Problem.unreachable();
    }
}

class Server {
    constructor(token) {
        this.token = token;
    }

    // An answer that is good, or not modified. Who is not to be disturbed by a question for the
    // token, once it has been declined, asks in the background.
    async ask(path, {inBackground = false, headers = {}, ...options} = {}) {
        for (;;) {
            const shown = this.token.value;
            const answer = await reach(
                path, {...options, headers: {...headers, ...this.token.headers}});
            if (answer.ok || answer.status === 304) {
                return answer;
            }
            const isAsking = answer.status === 401 && !(inBackground && this.token.isDeclined);
            if (!isAsking || !await this.token.replace(shown)) {
                throw await Problem.ofAnswer(answer);
            }
        }
    }

    // Asks a question, tells the words of the answer as they come, and returns the whole.
    async chat(conversation, turn, signal, tell) {
        const body = JSON.stringify({
            message: turn.text,
            image_base64: turn.image && await base64(turn.image),
            session_id: conversation,
            stream: true,
        });
        const answer = await this.ask("chat", {
            method: "POST",
            headers: {"Content-Type": "application/json", "Idempotency-Key": turn.key},
            body,
            signal,
        });
        try {
            return await this.#read(answer, tell);
        } catch (e) {
            throw e.name === "AbortError" || e instanceof Problem ? e : Problem.broken();
        }
    }

    async #read(answer, tell) {
        for await (const events of eventsOf(answer)) {
            for (const {name, data} of events) {
                const value = JSON.parse(data);
                if (name === "done") {
                    return value;
                } else if (name === "error") {
                    throw Problem.of(value, value.status, value.retry_after);
                } else if (name === "delta") {
                    tell(value.text);
                }
            }
        }
        throw Problem.broken();
    }

    async memory(conversation, {limit, before = "", tag = ""}) {
        const query = new URLSearchParams({limit});
        if (conversation !== null) {
            query.set("session_id", conversation);
        }
        if (before) {
            query.set("before", before);
        }
        const answer = await this.ask("memory?" + query, {
            inBackground: true, headers: tag ? {"If-None-Match": tag} : {}});
        return answer.status === 304 ? null
            : {...await json(answer), tag: answer.headers.get("ETag")};
    }

    // Whether a message is still remembered: a limit may have taken it.
    async holds(conversation, id) {
        const query = conversation === null ? "" : "?session_id=" + conversation;
        const {status} = await reach(
            `memory/${id}${query}`, {method: "HEAD", headers: this.token.headers});
        return status !== 404;
    }

    async sessions(after) {
        const query = after ? "?after=" + encodeURIComponent(after) : "";
        return json(await this.ask("sessions" + query, {inBackground: true}));
    }

    async reset(conversation) {
        const query = conversation === null ? "" : "?session_id=" + conversation;
        return json(await this.ask("reset-memory" + query, {method: "POST"}));
    }
}

async function json(answer) {
    try {
        return await answer.json();
    } catch {
        throw Problem.broken();
    }
}
