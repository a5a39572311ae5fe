package stagecoach.gateway.app.enrolment;

import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.sql.SqlRow;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.wire.StagecoachJson;

/**
 * One-time tokens: 256 random bits and, so that a machine can pin the gateway before it trusts it,
 * the gateway's thumbprint. Only their SHA-256 is kept.
 */
@Singleton
public class EnrolmentTokens {
    private static final int RANDOM_BYTES = 32;
    private static final Duration KEPT = Duration.ofDays(30);

    private final SecureRandom random = new SecureRandom();
    private final GatewayIdentity identity;

    EnrolmentTokens(GatewayIdentity identity) {
        this.identity = identity;
    }

    /** What is kept of a token. */
    record Row(
            String tokenSha256,
            AgentId agent,
            ConfigurationDocument document,
            String madeBy,
            Instant expiresAt,
            Optional<String> usedBy) {}

    /** Makes a token that enrols {@code agent} as {@code document}. */
    public String mint(
            Tx tx,
            AgentId agent,
            ConfigurationDocument document,
            String madeBy,
            Instant now,
            Instant expiresAt) {
        forgetOld(tx, now);
        byte[] bits = new byte[RANDOM_BYTES];
        random.nextBytes(bits);
        String token =
                Base64.getUrlEncoder().withoutPadding().encodeToString(bits)
                        + "."
                        + identity.thumbprint();
        tx.execute(
                """
                INSERT INTO enrolment (token_sha256, agent, document, made_by, made_at, expires_at)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                """,
                Digest.of(token).value(),
                agent.value(),
                StagecoachJson.text(document),
                madeBy,
                now,
                expiresAt);
        return token;
    }

    /** The token's row, locked until the transaction ends. */
    Optional<Row> lock(Tx tx, String token) {
        return tx
                .select(
                        """
                        SELECT token_sha256, agent, document, made_by, expires_at, used_by
                        FROM enrolment WHERE token_sha256 = ?1 FOR UPDATE
                        """,
                        Digest.of(token).value())
                .stream()
                .findFirst()
                .map(EnrolmentTokens::row);
    }

    void use(Tx tx, Row row, Thumbprint by, Instant now) {
        tx.execute(
                "UPDATE enrolment SET used_at = ?2, used_by = ?3 WHERE token_sha256 = ?1",
                row.tokenSha256(),
                now,
                by.value());
    }

    /** What was not used yet opens nothing any more. */
    boolean withdraw(Tx tx, AgentId agent) {
        return tx.execute(
                        "DELETE FROM enrolment WHERE agent = ?1 AND used_by IS NULL", agent.value())
                > 0;
    }

    /** The same for what was made before {@code time}. */
    void withdraw(Tx tx, AgentId agent, Instant time) {
        tx.execute(
                "DELETE FROM enrolment WHERE agent = ?1 AND used_by IS NULL AND made_at < ?2",
                agent.value(),
                time);
    }

    /** Whether the machine that is {@code agent} now came by a token of before {@code time}. */
    boolean cameByOneOfBefore(Tx tx, AgentId agent, Instant time) {
        return tx
                .select(
                        """
                        SELECT e.made_at < ?2 FROM enrolment e
                        JOIN agent a ON a.agent = e.agent AND a.thumbprint = e.used_by
                        WHERE e.agent = ?1 ORDER BY e.used_at DESC LIMIT 1
                        """,
                        agent.value(),
                        time)
                .stream()
                .anyMatch(row -> row.flag(0));
    }

    /** Who used which token is told for a while, so that a late repeat gets the right sentence. */
    private static void forgetOld(Tx tx, Instant now) {
        tx.execute("DELETE FROM enrolment WHERE expires_at < ?1", now.minus(KEPT));
    }

    private static Row row(SqlRow row) {
        return new Row(
                row.text(0),
                new AgentId(row.text(1)),
                StagecoachJson.read(row.text(2), ConfigurationDocument.class),
                row.text(3),
                row.instant(4),
                row.optionalText(5));
    }
}
