package stagecoach.orchestrator.app.page.session;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;

/** The page to sign in. */
@CheckedTemplate(basePath = "page")
final class LoginPage {
    private LoginPage() {}

    /**
     * Draws it.
     *
     * @param form the token of the form
     * @param to where to go from there
     * @param trouble why one is not in; empty at first
     */
    static native TemplateInstance login(String form, String to, String trouble);
}
