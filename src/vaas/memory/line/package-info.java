/**
 * The form in which turns are written, in files and in exports: a JSON object a line ({@link
 * vaas.memory.line.RecordLine}), ids that rise with the lines, and how many of them may be kept.
 */
package vaas.memory.line;
