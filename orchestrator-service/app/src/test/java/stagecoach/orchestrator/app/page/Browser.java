package stagecoach.orchestrator.app.page;

import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A browser without a screen: it keeps cookies and sends the forms of the pages that it was given.
 */
public final class Browser {
    private static final Pattern FORM = Pattern.compile("name=\"form\" value=\"([0-9a-f]{64})\"");

    private final Map<String, String> cookies = new HashMap<>();

    /** One that has signed in with a key. */
    public static Browser signedIn(String key) {
        var browser = new Browser();
        Response answer = browser.signIn(key, browser.form("/login"));
        if (answer.statusCode() != 303) {
            throw new AssertionError("not signed in: " + answer.statusCode());
        }
        return browser;
    }

    /** Asks for a page, and goes nowhere else. */
    public Response get(String path) {
        return kept(request().get(path));
    }

    /** Asks for a page that must be there; its text. */
    public String page(String path) {
        Response answer = get(path);
        if (answer.statusCode() != 200) {
            throw new AssertionError(
                    "%s: %d %s".formatted(path, answer.statusCode(), answer.asString()));
        }
        return answer.asString();
    }

    /** The token of the form that a page shows. */
    public String form(String path) {
        Matcher form = FORM.matcher(page(path));
        if (!form.find()) {
            throw new AssertionError("there is no form at " + path);
        }
        return form.group(1);
    }

    /** Sends the form to sign in. */
    public Response signIn(String key, String form) {
        return kept(
                request()
                        .formParam("key", key)
                        .formParam("form", form)
                        .formParam("to", "/")
                        .post("/login"));
    }

    /** Sends a form to any place. */
    public Response post(String path, Map<String, String> fields) {
        return kept(request().formParams(fields).post(path));
    }

    /** What it keeps under a name; empty if nothing. */
    public String cookie(String name) {
        return cookies.getOrDefault(name, "");
    }

    /** Keeps something, as somebody might who has seen it elsewhere. */
    public void keep(String name, String value) {
        cookies.put(name, value);
    }

    private RequestSpecification request() {
        return RestAssured.given().redirects().follow(false).cookies(cookies);
    }

    private Response kept(Response answer) {
        answer.detailedCookies()
                .forEach(
                        cookie -> {
                            if (cookie.getMaxAge() == 0) {
                                cookies.remove(cookie.getName());
                            } else {
                                cookies.put(cookie.getName(), cookie.getValue());
                            }
                        });
        return answer;
    }
}
