package vaas;
/** x. */
final class Main { private Main() {} }
