package stagecoach.tentacle.home;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.trust.Identity;
import stagecoach.trust.Thumbprint;

/** Whatever step of a renewal a process ends after, the next one shows what is trusted. */
class CertificatesTest {
    @TempDir Path folder;
    Certificates before;
    Thumbprint old;
    Thumbprint next;

    @BeforeEach
    void make() throws Exception {
        before = Certificates.in(folder);
        old = before.get().thumbprint();
        next = before.prepare().thumbprint();
    }

    private Certificates again() throws Exception {
        return Certificates.in(folder);
    }

    @Test
    void one_that_was_made_is_announced_and_not_shown() throws Exception {
        Certificates after = again();
        assertThat(after.toShow().thumbprint()).isEqualTo(old);
        assertThat(after.toAnnounce(after.toShow())).contains(next);
        assertThat(after.prepare().thumbprint()).isEqualTo(next);
    }

    @Test
    void one_that_is_trusted_is_shown_to_the_gateway_and_to_nobody_else_yet() throws Exception {
        assertThat(before.trusts(old)).isFalse();
        assertThat(before.trusts(next)).isTrue();
        Certificates after = again();
        assertThat(after.toShow().thumbprint()).isEqualTo(next);
        assertThat(after.toAnnounce(after.toShow())).isEmpty();
        assertThat(after.get().thumbprint()).isEqualTo(old);
    }

    @Test
    void one_that_the_gateway_has_forgotten_is_announced_again() throws Exception {
        assertThat(before.trusts(next)).isTrue();
        Certificates after = again();
        after.refused(after.toShow());
        assertThat(after.toShow().thumbprint()).isEqualTo(old);
        assertThat(after.toAnnounce(after.toShow())).contains(next);
        assertThat(after.trusts(next)).isTrue();
        assertThat(after.toShow().thumbprint()).isEqualTo(next);
    }

    @Test
    void one_with_which_a_session_stood_is_the_only_one() throws Exception {
        assertThat(before.trusts(next)).isTrue();
        before.stood(before.toShow());
        assertThat(before.get().thumbprint()).isEqualTo(next);
        assertThat(folder.resolve("identity-next")).doesNotExist();
        assertThat(Files.readString(folder.resolve("identity/thumbprint")).strip())
                .isEqualTo(next.value());
        Certificates after = again();
        assertThat(after.toShow().thumbprint()).isEqualTo(next);
        assertThat(after.toAnnounce(after.toShow())).isEmpty();
    }

    @Test
    void an_end_amid_the_exchange_leaves_the_new_one_and_nothing_of_the_old() throws Exception {
        assertThat(before.trusts(next)).isTrue();
        Identity.replace(folder.resolve("identity"), folder.resolve("identity-next"));
        assertThat(folder.resolve("identity-next/identity.p12")).exists();
        Certificates after = again();
        assertThat(after.get().thumbprint()).isEqualTo(next);
        assertThat(after.toShow().thumbprint()).isEqualTo(next);
        assertThat(folder.resolve("identity-next")).doesNotExist();
        assertThat(Files.readString(folder.resolve("identity/thumbprint")).strip())
                .isEqualTo(next.value());
    }

    @Test
    void an_end_while_the_next_one_is_removed_leaves_none() throws Exception {
        Files.delete(folder.resolve("identity-next/identity.p12"));
        Certificates after = again();
        assertThat(after.toShow().thumbprint()).isEqualTo(old);
        assertThat(after.toAnnounce(after.toShow())).isEmpty();
        Thumbprint another = after.prepare().thumbprint();
        assertThat(another).isNotEqualTo(old).isNotEqualTo(next);
        assertThat(Files.readString(folder.resolve("identity-next/thumbprint")).strip())
                .isEqualTo(another.value());
    }
}
