package vaas.budget;

/** What several holders share: it counts once, for as long as any of them holds it. */
final class Piece {
    final long bytes;
    private int holders = 1; // changed by whoever has its entry in the map

    Piece(long bytes) {
        this.bytes = bytes;
    }

    /** This one, with a holder more. */
    Piece oneMore() {
        holders++;
        return this;
    }

    /** This one, with a holder less; null if there is none left. */
    Piece oneLess() {
        return --holders == 0 ? null : this;
    }

    /** Tells pieces by their identity. */
    record Key(Object piece) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Key that && that.piece == piece;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(piece);
        }
    }
}
