package vaas.memory.line;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import vaas.memory.Role;
import vaas.memory.file.Turns;

class LineHeadTest {
    private static LineHead head(String line) {
        byte[] bytes = Turns.utf8("##" + line + "##");
        LineHead head = LineHead.of(bytes, 2, bytes.length - 2);
        assertEquals(head.ours(), LineHead.isOurs(bytes, 2, bytes.length - 2));
        return head;
    }

    @Test
    void idRoleAndPlaceOfTheContentAreTold() {
        String line = Turns.line(Turns.question(7));
        assertEquals(new LineHead(true, Turns.id(14), Role.USER, line.indexOf("\"q7\"")), head(
                line));
        String answer = Turns.line(Turns.answer(7));
        assertEquals(new LineHead(true, Turns.id(15), Role.ASSISTANT, answer.indexOf("\"a7\"")),
                head(answer));
    }

    @Test
    void aByteOrderMarkIsPassedOver() {
        String line = Turns.line(Turns.question(7));
        assertEquals(new LineHead(true, Turns.id(14), Role.USER, line.indexOf("\"q7\"") + 3),
                head("\ufeff" + line));
        assertFalse(head("\ufeff").ours());
    }

    @Test
    void whatBeginsAsOursAndGoesOnOtherwiseIsOursWithoutId() {
        String line = Turns.line(Turns.question(7));
        int content = line.indexOf("\"q7\"");
        for (int length = LineHead.START.length(); length < content; length++) {
            assertEquals(new LineHead(true, null, null, 0), head(line.substring(0, length)));
        }
        assertEquals(Turns.id(14), head(line.substring(0, content)).id());
        for (int at = LineHead.START.length(); at < content; at++) {
            LineHead head = head(line.substring(0, at) + '~' + line.substring(at + 1));
            assertTrue(head.ours());
            assertNull(head.id());
        }
    }

    @Test
    void allElseIsForeign() {
        for (String line : new String[] {"", "{", "x", "{\"message_id\":", " " + LineHead.START}) {
            assertEquals(new LineHead(false, null, null, 0), head(line));
        }
    }
}
