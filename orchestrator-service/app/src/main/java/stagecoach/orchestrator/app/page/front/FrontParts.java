package stagecoach.orchestrator.app.page.front;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;

/** The first page and its parts. */
@CheckedTemplate(basePath = "page")
final class FrontParts {
    private FrontParts() {}

    /**
     * The page.
     *
     * @param form the token of the form to sign out
     * @param who is signed in
     * @param live where its parts are told from
     * @param underway the part of that name, drawn
     * @param projects the part of that name, drawn
     */
    static native TemplateInstance front(
            String form, String who, String live, String underway, String projects);

    /** What is under way. */
    static native TemplateInstance underway(FrontView view);

    /** Projects and environments. */
    static native TemplateInstance projects(FrontView view);
}
