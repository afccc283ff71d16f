package vaas.budget;

/** What several holders share: it counts once, for as long as any of them holds it. */
final class Piece {
    final long bytes;
    int holders; // guarded by the budget

    Piece(long bytes) {
        this.bytes = bytes;
    }
}
