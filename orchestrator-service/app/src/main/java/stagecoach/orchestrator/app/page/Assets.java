package stagecoach.orchestrator.app.page;

import io.quarkus.qute.TemplateGlobal;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import stagecoach.vocabulary.identity.Digest;

/**
 * Where pages find their style and their scripts, at addresses that change with what is there:
 * browsers keep it.
 */
@TemplateGlobal
final class Assets {
    private static final String STYLE = at("stagecoach.css");
    private static final String SCRIPT = at("stagecoach.js");

    private Assets() {}

    /** The style sheet. */
    static String styleSheet() {
        return STYLE;
    }

    /** What keeps a page as things are. */
    static String pageScript() {
        return SCRIPT;
    }

    /** The library by which new parts come into a page. */
    static String htmxScript() {
        return "/_static/htmx.org/2.0.2/dist/htmx.min.js";
    }

    private static String at(String name) {
        String resource = "META-INF/resources/assets/" + name;
        try (@Nullable InputStream packed =
                Assets.class.getClassLoader().getResourceAsStream(resource)) {
            byte[] bytes = Objects.requireNonNull(packed, resource).readAllBytes();
            return "/assets/%s?v=%s".formatted(name, Digest.of(bytes).value().substring(0, 12));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
