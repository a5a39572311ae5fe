package stagecoach.packages.server.grant;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import stagecoach.vocabulary.packages.Sha512;

/**
 * The text form of a signed grant: url-safe base64 of the claims and their signature. The claims
 * are a format number, the digest, the expiry in seconds since 1970, reader and audience.
 */
final class GrantToken {

    /** Signed with the claims, so that no signature made for something else passes for a grant. */
    private static final byte[] PURPOSE = "stagecoach read grant\0".getBytes(US_ASCII);

    private static final int FORMAT = 1;
    private static final int SIGNATURE_LENGTH = 64;
    private static final int TEXT_LENGTH_MAX = 2048;

    private final byte[] claims;
    private final byte[] signature;

    private GrantToken(byte[] claims, byte[] signature) {
        this.claims = claims;
        this.signature = signature;
    }

    static byte[] claims(ReadGrant grant) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(FORMAT);
            out.write(grant.sha512().bytes());
            out.writeLong(grant.expiresAt().getEpochSecond());
            out.writeUTF(grant.reader().text());
            out.writeUTF(grant.audience());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    /** What is signed for these claims. */
    static byte[] signed(byte[] claims) {
        var signed = Arrays.copyOf(PURPOSE, PURPOSE.length + claims.length);
        System.arraycopy(claims, 0, signed, PURPOSE.length, claims.length);
        return signed;
    }

    static String text(byte[] claims, byte[] signature) {
        var bytes = Arrays.copyOf(claims, claims.length + signature.length);
        System.arraycopy(signature, 0, bytes, claims.length, signature.length);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /**
     * @throws IllegalArgumentException if the text has not the form of a token
     */
    static GrantToken parse(String text) {
        if (text.length() > TEXT_LENGTH_MAX) {
            throw new IllegalArgumentException("A token is never so long.");
        }
        var bytes = Base64.getUrlDecoder().decode(text);
        var length = bytes.length - SIGNATURE_LENGTH;
        if (length <= 0) {
            throw new IllegalArgumentException("A token is never so short.");
        }
        return new GrantToken(
                Arrays.copyOf(bytes, length), Arrays.copyOfRange(bytes, length, bytes.length));
    }

    byte[] signed() {
        return signed(claims);
    }

    byte[] signature() {
        return signature;
    }

    /**
     * @throws IllegalArgumentException if the claims are none that this version understands
     */
    ReadGrant grant() {
        try (var in = new DataInputStream(new ByteArrayInputStream(claims))) {
            if (in.readUnsignedByte() != FORMAT) {
                throw new IllegalArgumentException("A grant of a format that is not known here.");
            }
            var digest = Sha512.ofBytes(in.readNBytes(Sha512.LENGTH_BYTES));
            var expiresAt = Instant.ofEpochSecond(in.readLong());
            var grant = new ReadGrant(digest, Reader.parse(in.readUTF()), in.readUTF(), expiresAt);
            if (in.read() >= 0) {
                throw new IllegalArgumentException("A grant with something behind its end.");
            }
            return grant;
        } catch (IOException | DateTimeException malformed) {
            throw new IllegalArgumentException("A grant that is cut off or damaged.", malformed);
        }
    }
}
