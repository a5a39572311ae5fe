package stagecoach.packages.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import stagecoach.runtime.test.TestKeys;

/** Pushes as nuget 2.8.7 on Mono does: with HTTP/1.0, and with bare line feeds behind the file. */
final class OldClient {
    private OldClient() {}

    /** Everything that the server answers. */
    static String push(String path, Packages.Nupkg nupkg) throws IOException {
        byte[] head =
                "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n".getBytes(ISO_8859_1);
        byte[] tail = "\n--x--\n".getBytes(ISO_8859_1);
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), Http.port())) {
            var out = socket.getOutputStream();
            out.write(
                    "PUT %s HTTP/1.0\r\nX-NuGet-ApiKey: %s\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: %d\r\n\r\n"
                            .formatted(
                                    path,
                                    TestKeys.PUSH.key(),
                                    head.length + nupkg.bytes().length + tail.length)
                            .getBytes(ISO_8859_1));
            out.write(head);
            out.write(nupkg.bytes());
            out.write(tail);
            out.flush();
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }
}
