// An image that goes with a question. The server's own rules, so that it is told before it is sent.

const IMAGE_BYTES_MAX = 4 << 20;
const SIGNATURES = [/^\x89PNG\r\n\x1a\n/, /^\xff\xd8\xff/, /^GIF8[79]a/, /^RIFF[^]{4}WEBP/];

// A file with an address at which the page can show it, until it is let go.
class Picture {
    constructor(file) {
        this.file = file;
        this.url = URL.createObjectURL(file);
    }

    // Throws a problem if the server would refuse it.
    static async of(file) {
        const start = new Uint8Array(await file.slice(0, 12).arrayBuffer());
        const signature = String.fromCharCode(...start);
        if (!SIGNATURES.some(known => known.test(signature))) {
            throw new Problem("An image must be PNG, JPEG, GIF or WebP.");
        }
        if (file.size > IMAGE_BYTES_MAX) {
            const size = (Math.ceil(file.size * 10 / (1 << 20)) / 10).toLocaleString();
            throw new Problem(`The image has ${size} MiB, at most 4 MiB are taken.`);
        }
        return new Picture(file);
    }

    node() {
        return element("img", {src: this.url, alt: "Image: " + (this.file.name || "pasted")});
    }

    letGo() {
        URL.revokeObjectURL(this.url);
    }
}

function base64(file) {
    return new Promise((resolve, reject) => {
        const reader = new FileReader();
        reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
        reader.onerror = () => reject(new Problem("The image can\u2019t be read any more."));
        reader.readAsDataURL(file);
    });
}
