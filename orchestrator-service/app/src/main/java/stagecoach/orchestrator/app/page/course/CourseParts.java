package stagecoach.orchestrator.app.page.course;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import java.util.List;
import java.util.Map;

/** The page of a deployment and its parts. */
@CheckedTemplate(basePath = "page/course")
final class CourseParts {
    private CourseParts() {}

    /**
     * The page.
     *
     * @param form the token of the form to sign out
     * @param who is signed in
     * @param live where its parts are told from
     * @param parts drawn, by their names
     */
    static native TemplateInstance course(
            String form, String who, String live, Map<String, String> parts);

    /** That there is none. */
    static native TemplateInstance missing(String form, String who, String id);

    /** The deployment as a whole. */
    static native TemplateInstance head(CourseView.Head head);

    /** Its phases. */
    static native TemplateInstance phases(List<CourseView.PhaseRun> phases);

    /** Its steps. */
    static native TemplateInstance steps(CourseView.Grid grid);

    /** Its packages. */
    static native TemplateInstance transfers(CourseView.Transfers transfers);

    /** Its output. */
    static native TemplateInstance output(CourseView.Output output);
}
