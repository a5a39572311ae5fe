package stagecoach.packages.server.grant;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;

/** Turns grants into tokens. One signer may be used by any number of threads. */
public final class GrantSigner {

    private final PrivateKey key;

    /**
     * @param key an Ed25519 key
     */
    public GrantSigner(PrivateKey key) {
        this.key = key;
    }

    /** The token of a grant: some 300 characters that may stand in a URL or a header. */
    public String sign(ReadGrant grant) {
        var claims = GrantToken.claims(grant);
        try {
            var signature = Signature.getInstance(GrantKeys.ALGORITHM);
            signature.initSign(key);
            signature.update(GrantToken.signed(claims));
            return GrantToken.text(claims, signature.sign());
        } catch (GeneralSecurityException impossible) {
            throw GrantKeys.lacking(impossible);
        }
    }
}
