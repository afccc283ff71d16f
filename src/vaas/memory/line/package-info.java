/**
 * The form in which turns are written, in files and in exports: a JSON object a line ({@link
 * vaas.memory.line.RecordLine}), and ids that rise with the lines.
 */
package vaas.memory.line;
