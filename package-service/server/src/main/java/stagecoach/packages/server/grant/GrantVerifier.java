package stagecoach.packages.server.grant;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.time.Instant;
import java.util.List;
import stagecoach.packages.server.grant.GrantDecision.Allowed;
import stagecoach.packages.server.grant.GrantDecision.Denied;
import stagecoach.packages.server.grant.GrantDecision.Reason;
import stagecoach.vocabulary.packages.Sha512;

/** Decides for one server who may read what. Any number of threads may use it. */
public final class GrantVerifier {

    private final List<PublicKey> keys;
    private final String audience;

    /**
     * @param keys the Ed25519 keys that may have signed: more than one while they are replaced
     * @param audience this server: a cache's id, or {@link ReadGrant#CENTRAL}
     */
    public GrantVerifier(List<PublicKey> keys, String audience) {
        this.keys = List.copyOf(keys);
        this.audience = audience;
    }

    /**
     * Decides on one reading.
     *
     * @param token what the reader presents
     * @param reader who the connection proves the reader to be
     * @param wanted what the reader asks for
     * @param now the time by which the grant must not have expired
     */
    public GrantDecision decide(String token, Reader reader, Sha512 wanted, Instant now) {
        GrantToken parsed;
        try {
            parsed = GrantToken.parse(token);
        } catch (IllegalArgumentException malformed) {
            return new Denied(Reason.MALFORMED);
        }
        // Nothing in it is read before the signature is known to be good.
        if (keys.stream().noneMatch(key -> hasSigned(key, parsed))) {
            return new Denied(Reason.NOT_SIGNED);
        }
        ReadGrant grant;
        try {
            grant = parsed.grant();
        } catch (IllegalArgumentException malformed) {
            return new Denied(Reason.MALFORMED);
        }
        if (!now.isBefore(grant.expiresAt())) {
            return new Denied(Reason.EXPIRED);
        }
        if (!grant.audience().equals(audience)) {
            return new Denied(Reason.OTHER_AUDIENCE);
        }
        if (!grant.reader().equals(reader)) {
            return new Denied(Reason.OTHER_READER);
        }
        return grant.sha512().equals(wanted) ? new Allowed(grant) : new Denied(Reason.OTHER_DIGEST);
    }

    private static boolean hasSigned(PublicKey key, GrantToken token) {
        try {
            var signature = Signature.getInstance(GrantKeys.ALGORITHM);
            signature.initVerify(key);
            signature.update(token.signed());
            return signature.verify(token.signature());
        } catch (SignatureException malformed) {
            return false;
        } catch (InvalidKeyException wrong) {
            throw new IllegalStateException("A verification key is no Ed25519 key.", wrong);
        } catch (GeneralSecurityException impossible) {
            throw GrantKeys.lacking(impossible);
        }
    }
}
