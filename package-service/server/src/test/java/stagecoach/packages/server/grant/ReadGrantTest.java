package stagecoach.packages.server.grant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyPair;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stagecoach.packages.server.grant.GrantDecision.Allowed;
import stagecoach.packages.server.grant.GrantDecision.Denied;
import stagecoach.packages.server.grant.GrantDecision.Reason;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.Sha512;

class ReadGrantTest {

    private static final Instant NOW = Instant.parse("2026-11-23T06:00:00Z");
    private static final Sha512 DIGEST = Sha512.hashOf(new byte[] {1});
    private static final Reader TENTACLE = new Reader.Tentacle("a".repeat(64));
    private static final KeyPair KEYS = GrantKeys.generate();
    private static final ReadGrant GRANT =
            new ReadGrant(DIGEST, TENTACLE, "eu-1", NOW.plusSeconds(60));

    private final String token = new GrantSigner(KEYS.getPrivate()).sign(GRANT);
    private final GrantVerifier verifier = new GrantVerifier(List.of(KEYS.getPublic()), "eu-1");

    @Test
    void the_reader_that_a_grant_names_may_read_what_it_names_until_it_expires() {
        assertThat(verifier.decide(token, TENTACLE, DIGEST, NOW)).isEqualTo(new Allowed(GRANT));
        assertThat(verifier.decide(token, TENTACLE, DIGEST, NOW.plusMillis(59_999)))
                .isEqualTo(new Allowed(GRANT));
        assertThat(verifier.decide(token, TENTACLE, DIGEST, NOW.plusSeconds(60)))
                .isEqualTo(new Denied(Reason.EXPIRED));
    }

    @Test
    void a_token_may_stand_in_a_url_or_a_header() {
        assertThat(token).matches("[A-Za-z0-9_-]{200,350}");
    }

    @Test
    void nobody_else_may_use_it() {
        for (var other :
                List.of(
                        new Reader.Tentacle("b".repeat(64)),
                        new Reader.Cache(new CacheId("a".repeat(64))))) {
            assertThat(verifier.decide(token, other, DIGEST, NOW))
                    .isEqualTo(new Denied(Reason.OTHER_READER));
        }
    }

    @Test
    void it_opens_no_other_package() {
        assertThat(verifier.decide(token, TENTACLE, Sha512.hashOf(new byte[0]), NOW))
                .isEqualTo(new Denied(Reason.OTHER_DIGEST));
    }

    @Test
    void it_opens_no_other_server() {
        var other = new GrantVerifier(List.of(KEYS.getPublic()), ReadGrant.CENTRAL);
        assertThat(other.decide(token, TENTACLE, DIGEST, NOW))
                .isEqualTo(new Denied(Reason.OTHER_AUDIENCE));
    }

    @Test
    void a_cache_reads_from_the_center_with_a_grant_of_its_own() {
        var reader = new Reader.Cache(new CacheId("eu-1"));
        var grant = new ReadGrant(DIGEST, reader, ReadGrant.CENTRAL, NOW.plusSeconds(60));
        var ofCache = new GrantSigner(KEYS.getPrivate()).sign(grant);
        var central = new GrantVerifier(List.of(KEYS.getPublic()), ReadGrant.CENTRAL);
        assertThat(central.decide(ofCache, reader, DIGEST, NOW)).isEqualTo(new Allowed(grant));
    }

    @Test
    void a_strangers_signature_is_worth_nothing() {
        var forged = new GrantSigner(GrantKeys.generate().getPrivate()).sign(GRANT);
        assertThat(verifier.decide(forged, TENTACLE, DIGEST, NOW))
                .isEqualTo(new Denied(Reason.NOT_SIGNED));
        assertThat(new GrantVerifier(List.of(), "eu-1").decide(token, TENTACLE, DIGEST, NOW))
                .isEqualTo(new Denied(Reason.NOT_SIGNED));
    }

    @Test
    void while_keys_are_replaced_both_are_good() {
        var old = GrantKeys.generate();
        var both = new GrantVerifier(List.of(KEYS.getPublic(), old.getPublic()), "eu-1");
        assertThat(both.decide(token, TENTACLE, DIGEST, NOW)).isInstanceOf(Allowed.class);
        assertThat(
                        both.decide(
                                new GrantSigner(old.getPrivate()).sign(GRANT),
                                TENTACLE,
                                DIGEST,
                                NOW))
                .isInstanceOf(Allowed.class);
    }

    @Property
    void a_token_with_any_byte_changed_is_denied(
            @ForAll @IntRange(max = 10_000) int where,
            @ForAll @IntRange(min = 1, max = 255) int by) {
        var bytes = Base64.getUrlDecoder().decode(token);
        bytes[where % bytes.length] ^= (byte) by;
        assertThat(verifier.decide(encoded(bytes), TENTACLE, DIGEST, NOW))
                .isEqualTo(new Denied(Reason.NOT_SIGNED));
    }

    @Property
    void a_token_cut_off_anywhere_is_denied(@ForAll @IntRange(max = 10_000) int length) {
        var bytes = Base64.getUrlDecoder().decode(token);
        assertThat(
                        verifier.decide(
                                encoded(Arrays.copyOf(bytes, length % bytes.length)),
                                TENTACLE,
                                DIGEST,
                                NOW))
                .isInstanceOf(Denied.class);
    }

    @Property
    void no_text_makes_the_verifier_do_anything_but_deny(@ForAll String text) {
        assertThat(verifier.decide(text, TENTACLE, DIGEST, NOW)).isInstanceOf(Denied.class);
    }

    @Test
    void keys_survive_being_written_as_pem_or_bare_base64() {
        var pem = GrantKeys.pem(KEYS.getPrivate());
        assertThat(pem).startsWith("-----BEGIN PRIVATE KEY-----\n");
        assertThat(GrantKeys.privateKey(pem)).isEqualTo(KEYS.getPrivate());
        assertThat(GrantKeys.publicKey(GrantKeys.pem(KEYS.getPublic())))
                .isEqualTo(KEYS.getPublic());
        assertThat(
                        GrantKeys.privateKey(
                                Base64.getEncoder().encodeToString(KEYS.getPrivate().getEncoded())))
                .isEqualTo(KEYS.getPrivate());
        assertThat(
                        GrantKeys.publicKey(
                                Base64.getEncoder().encodeToString(KEYS.getPublic().getEncoded())))
                .isEqualTo(KEYS.getPublic());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no key", "AAAA", "MC4CAQAwBQYDK2VwBCIEIA=="})
    void what_is_no_key_is_refused_without_repeating_it(String text) {
        assertThatThrownBy(() -> GrantKeys.privateKey(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasNoCause()
                .hasMessage(
                        "The signing key of grants is no Ed25519 private key in PEM or base64.");
        assertThatThrownBy(() -> GrantKeys.publicKey(text))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void readers_survive_being_written_as_text() {
        for (var reader : List.of(TENTACLE, new Reader.Cache(new CacheId("eu-1")))) {
            assertThat(Reader.parse(reader.text())).isEqualTo(reader);
        }
        assertThatThrownBy(() -> Reader.parse("someone"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Reader.Tentacle("no thumbprint"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
