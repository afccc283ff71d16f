package vaas.memory;

/**
 * A question with its answer, as they lie in the file.
 *
 * @param offset of the question's line, in bytes
 * @param end offset after the answer's line
 */
record Turn(MemoryRecord question, MemoryRecord answer, long offset, long end) {
    /** Length of its texts. */
    int chars() {
        return question.content().length() + answer.content().length();
    }

    /** The same turn in a file whose beginning has been dropped. */
    Turn shifted(long bytes) {
        return new Turn(question, answer, offset - bytes, end - bytes);
    }
}
