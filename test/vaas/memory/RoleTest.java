package vaas.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import vaas.testing.ChildJvm;

@Timeout(60)
class RoleTest {
    @Test
    void wireNamesAreThoseOfTheFileFormat() {
        assertEquals("user", Role.USER.wireName());
        assertEquals("assistant", Role.ASSISTANT.wireName());
        for (Role role : Role.values()) {
            assertEquals(Optional.of(role), Role.ofWireName(role.wireName()));
        }
    }

    @Test
    void onlyTheExactNameIsARole() {
        for (String name : new String[] {"User", "USER", "user ", "system", "", null}) {
            assertEquals(Optional.empty(), Role.ofWireName(name), name);
        }
    }

    @Test
    void wireNamesDoNotDependOnTheLanguage() throws IOException {
        assertEquals("user assistant", ChildJvm.output("-Duser.language=tr", Names.class));
    }

    /** Prints the names; Turkish makes a dotless i of an upper case I. */
    static final class Names {
        public static void main(String[] args) {
            System.out.print(Role.USER.wireName() + " " + Role.ASSISTANT.wireName());
        }
    }
}
