package stagecoach.gateway.app.test;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLSocket;

/** A WebSocket made by hand, so that it can do what no library would. */
public final class BareSession implements AutoCloseable {
    private static final int FINAL = 0x80;
    private static final int TEXT = 1;
    private static final int PING = 9;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;

    private final SSLSocket socket;
    private final OutputStream out;

    private BareSession(SSLSocket socket) throws IOException {
        this.socket = socket;
        this.out = socket.getOutputStream();
    }

    /** Upgrades a connection whose machine has little room for what it has not read. */
    public static BareSession open(Machine machine) throws IOException {
        var tcp = new Socket();
        tcp.setReceiveBufferSize(8 * 1024);
        tcp.connect(
                new java.net.InetSocketAddress(
                        java.net.InetAddress.getLoopbackAddress(), machine.port()));
        var session = new BareSession(machine.tls(tcp));
        session.write(
                """
                GET /agent HTTP/1.1\r
                Host: gateway\r
                Upgrade: websocket\r
                Connection: Upgrade\r
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
                Sec-WebSocket-Version: 13\r
                \r
                """
                        .getBytes(StandardCharsets.US_ASCII));
        session.readUntil("\r\n\r\n");
        return session;
    }

    /** Reads until this was read, the last bytes of it included. */
    public void readUntil(String end) throws IOException {
        var seen = new StringBuilder();
        while (seen.indexOf(end) < 0) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                throw new IOException("the gateway closed behind: " + seen);
            }
            seen.append((char) next);
        }
    }

    /** Reads to the end, wherever that comes from. */
    public void readToEnd() throws IOException {
        byte[] buffer = new byte[4096];
        while (socket.getInputStream().read(buffer) >= 0) {
            // What it says does not matter.
        }
    }

    /** Sends a message. */
    public void say(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        frame(TEXT, true, bytes.length, bytes);
    }

    /** Begins a message that does not end. */
    public void begin(byte[] part) throws IOException {
        frame(TEXT, false, part.length, part);
    }

    /** Sends a ping. */
    public void ping(byte[] with) throws IOException {
        frame(PING, true, with.length, with);
    }

    /** Announces a text frame of so many bytes, and sends none of them. */
    public void announce(long length) throws IOException {
        frame(TEXT, true, length, new byte[0]);
    }

    /** RFC 6455, section 5.2; the mask is nought, which changes nothing. */
    private void frame(int kind, boolean last, long length, byte[] bytes) throws IOException {
        var frame = new java.io.ByteArrayOutputStream();
        frame.write((last ? FINAL : 0) | kind);
        if (length < LENGTH_16) {
            frame.write(0x80 | (int) length);
        } else if (length < 1 << 16) {
            frame.write(0x80 | LENGTH_16);
            frame.write((int) (length >> 8));
            frame.write((int) length);
        } else {
            frame.write(0x80 | LENGTH_64);
            for (int shift = 56; shift >= 0; shift -= 8) {
                frame.write((int) (length >> shift));
            }
        }
        frame.writeBytes(new byte[4]);
        frame.writeBytes(bytes);
        write(frame.toByteArray());
    }

    private void write(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
