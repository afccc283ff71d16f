// An image that goes with a question. The server's own rules, so that it is told before it is sent.

const IMAGE_BYTES_MAX = 4 << 20;
const SIGNATURES = [/^\x89PNG\r\n\x1a\n/, /^\xff\xd8\xff/, /^GIF8[79]a/, /^RIFF[^]{4}WEBP/];

// Throws a problem if the server would refuse a file.
async function checkImage(file) {
    const start = new Uint8Array(await file.slice(0, 12).arrayBuffer());
    const signature = String.fromCharCode(...start);
    if (!SIGNATURES.some(known => known.test(signature))) {
        throw new Problem("An image must be PNG, JPEG, GIF or WebP.");
    }
    if (file.size > IMAGE_BYTES_MAX) {
        const size = (Math.ceil(file.size * 10 / (1 << 20)) / 10).toLocaleString();
        throw new Problem(`The image has ${size} MiB, at most 4 MiB are taken.`);
    }
}

// A file as it looks; its address is valid no longer than it takes to load it.
function imageNode(file) {
    const url = URL.createObjectURL(file);
    const node = element("img", {src: url, alt: "Image: " + (file.name || "pasted")});
    node.onload = node.onerror = () => URL.revokeObjectURL(url);
    return node;
}

function base64(file) {
    return new Promise((resolve, reject) => {
        const reader = new FileReader();
        reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
        reader.onerror = () => reject(new Problem("The image can\u2019t be read any more."));
        reader.readAsDataURL(file);
    });
}
