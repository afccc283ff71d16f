package vaas;

/** What the process tells its caller by ending; a part of the command line's contract. */
final class ExitCode {
    /** All went well; also a stop by a signal, which was asked for. */
    static final int OK = 0;
    /** The port or the disk refuses, or what was looked for in a memory is not as it should be. */
    static final int TROUBLE = 1;
    /** Settings or options are wrong; nothing was begun. */
    static final int USAGE = 2;

    private ExitCode() {}
}
