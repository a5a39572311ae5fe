package stagecoach.runtime.test;

import java.util.Locale;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;
import stagecoach.runtime.access.KeyCheck;

/** API keys that the fixture has put into the schema under test, one per role. */
public enum TestKeys {
    /** May everything. */
    ADMIN(Role.ADMIN),
    CONFIGURE(Role.CONFIGURE),
    DEPLOY(Role.DEPLOY),
    PUSH(Role.PUSH),
    READ(Role.READ);

    private final Role role;

    TestKeys(Role role) {
        this.role = role;
    }

    /** What the key may do. */
    public Role role() {
        return role;
    }

    /** The key itself. */
    public String key() {
        return "sc_test-key-of-role-" + role.name().toLowerCase(Locale.ROOT);
    }

    /** The value of the header {@code Authorization}. */
    public String bearer() {
        return "Bearer " + key();
    }

    /** The name by which its requests are known. */
    public String actor() {
        return "test " + role.name().toLowerCase(Locale.ROOT);
    }

    String sha256() {
        return KeyCheck.sha256Of(key());
    }
}
