package stagecoach.tentacle.install.configuration;

import java.util.Optional;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.scanner.Scanner;
import org.yaml.snakeyaml.scanner.ScannerImpl;
import org.yaml.snakeyaml.tokens.ScalarToken;
import org.yaml.snakeyaml.tokens.Token;

/** Remembers the newest scalar, since an event's own marks include its anchor and tag. */
final class LastScalar implements Scanner {
    private final Scanner scanner;
    private Optional<ScalarToken> last = Optional.empty();

    LastScalar(String text, LoaderOptions options) {
        scanner = new ScannerImpl(new StreamReader(text), options);
    }

    /** The newest scalar that was read. */
    Optional<ScalarToken> last() {
        return last;
    }

    @Override
    public boolean checkToken(Token.ID... choices) {
        return scanner.checkToken(choices);
    }

    @Override
    public Token peekToken() {
        return scanner.peekToken();
    }

    @Override
    public Token getToken() {
        Token token = scanner.getToken();
        if (token instanceof ScalarToken scalar) {
            last = Optional.of(scalar);
        }
        return token;
    }

    @Override
    public void resetDocumentIndex() {
        scanner.resetDocumentIndex();
    }
}
