// What is asked in a dialog: a token, and whether to forget. The browser keeps the focus inside,
// and gives it back where it was.

function byId(id) {
    return document.getElementById(id);
}

function on(target, event, action) {
    target.addEventListener(event, action);
}

class TokenDialog {
    #dialog = byId("token-dialog");
    #field = byId("token");
    #trouble = byId("token-trouble");

    // Asks until one is taken (true) or the reader has had enough; taking throws a problem.
    ask(take) {
        this.#trouble.textContent = "";
        this.#dialog.showModal();
        return new Promise(resolve => {
            let isTaken = false;
            this.#dialog.onsubmit = async event => {
                event.preventDefault();
                isTaken = await this.#isTaken(take);
                if (isTaken) {
                    this.#dialog.close();
                }
            };
            this.#dialog.onclose = () => {
                this.#field.value = "";
                this.#field.removeAttribute("aria-invalid");
                resolve(isTaken);
            };
            byId("token-cancel").onclick = () => this.#dialog.close();
        });
    }

    async #isTaken(take) {
        try {
            await take(this.#field.value.trim());
            return true;
        } catch (e) {
            this.#trouble.textContent = e.words;
            this.#field.setAttribute("aria-invalid", "true");
            this.#field.select();
            return false;
        }
    }
}

class ResetDialog {
    #dialog = byId("reset-dialog");
    #trouble = byId("reset-trouble");
    #button = byId("reset-confirm");

    // The second step, which does it or says why not.
    ask(words, reset) {
        byId("reset-what").textContent = words;
        this.#trouble.textContent = "";
        this.#dialog.showModal();
        byId("reset-cancel").onclick = () => this.#dialog.close();
        this.#button.onclick = () => this.#do(reset);
    }

    close() {
        this.#dialog.close();
    }

    async #do(reset) {
        this.#button.disabled = true;
        try {
            await reset();
            this.#dialog.close();
        } catch (e) {
            this.#trouble.textContent = "Nothing is known to be forgotten. " + e.words;
        } finally {
            this.#button.disabled = false;
        }
    }
}
