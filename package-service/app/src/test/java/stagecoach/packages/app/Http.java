package stagecoach.packages.app;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.eclipse.microprofile.config.ConfigProvider;
import stagecoach.runtime.test.TestKeys;

/** Real requests to the service under test. */
final class Http {
    static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    static final String BOUNDARY = "b0undary";

    private Http() {}

    static URI uri(String path) {
        return URI.create("http://127.0.0.1:%d%s".formatted(port(), path));
    }

    static int port() {
        return ConfigProvider.getConfig().getValue("quarkus.http.port", Integer.class);
    }

    static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(path));
    }

    static HttpRequest.Builder request(String path, TestKeys key) {
        return request(path).header("Authorization", key.bearer());
    }

    static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return CLIENT.send(request.build(), BodyHandlers.ofString());
    }

    static HttpResponse<byte[]> bytes(HttpRequest.Builder request) throws Exception {
        return CLIENT.send(request.build(), BodyHandlers.ofByteArray());
    }

    static HttpResponse<String> get(String path) throws Exception {
        return send(request(path, TestKeys.READ));
    }

    static HttpResponse<String> put(String path, String json, String... headers) throws Exception {
        var request =
                request(path, TestKeys.CONFIGURE)
                        .header("Content-Type", "application/json")
                        .PUT(BodyPublishers.ofString(json));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request);
    }

    /** A push as NuGet clients do it: chunked. */
    static HttpRequest.Builder push(byte[] nupkg) {
        return request("/nuget/v3/package/")
                .header("X-NuGet-ApiKey", TestKeys.PUSH.key())
                .header("Content-Type", "multipart/form-data; boundary=\"%s\"".formatted(BOUNDARY))
                .PUT(form(nupkg));
    }

    static int pushed(byte[] nupkg) throws Exception {
        return send(push(nupkg)).statusCode();
    }

    private static BodyPublisher form(byte[] nupkg) {
        List<byte[]> parts = new ArrayList<>();
        parts.add(
                "--%s\r\nContent-Disposition: form-data; name=\"package\"; filename=\"p.nupkg\"\r\nContent-Type: application/octet-stream\r\n\r\n"
                        .formatted(BOUNDARY)
                        .getBytes(StandardCharsets.ISO_8859_1));
        parts.add(nupkg);
        parts.add("\r\n--%s--\r\n".formatted(BOUNDARY).getBytes(StandardCharsets.ISO_8859_1));
        // Of a length that is not told, so that the client sends chunks.
        return BodyPublishers.ofByteArrays(parts);
    }

    static String basic(String password) {
        return "Basic "
                + Base64.getEncoder()
                        .encodeToString(("anyone:" + password).getBytes(StandardCharsets.UTF_8));
    }
}
