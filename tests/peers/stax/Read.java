import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamReader;

/**
 * Reads a MeMo message as a Java library does: StAX for the elements, java.util.Base64 for the documents, streaming both.
 * Run as `java Read.java FILE SECONDS`; prints the microseconds of the median pass.
 */
class Read {
    private static final XMLInputFactory FACTORY = XMLInputFactory.newFactory();

    static {
        FACTORY.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        FACTORY.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        FACTORY.setProperty(XMLInputFactory.IS_COALESCING, false);
    }

    public static void main(String[] arguments) throws Exception {
        byte[] message = Files.readAllBytes(Path.of(arguments[0]));
        double seconds = Double.parseDouble(arguments[1]);
        long sink = 0;
        // The first third warms the compiler up and is not counted.
        long end = System.nanoTime() + (long) (seconds / 3 * 1e9);
        do {
            sink += pass(message);
        } while (System.nanoTime() < end);
        var times = new java.util.ArrayList<Double>();
        end = System.nanoTime() + (long) (seconds / 3 * 2 * 1e9);
        do {
            long start = System.nanoTime();
            sink += pass(message);
            times.add((System.nanoTime() - start) / 1e3);
        } while (System.nanoTime() < end || times.size() < 5);
        java.util.Collections.sort(times);
        System.out.printf(java.util.Locale.ROOT, "%.1f%n", times.get(times.size() / 2));
        if (sink == 0) {
            throw new IllegalStateException("nothing was read");
        }
    }

    private static long pass(byte[] message) throws Exception {
        XMLStreamReader reader = FACTORY.createXMLStreamReader(new ByteArrayInputStream(message), "UTF-8");
        long read = 0;
        StringBuilder text = new StringBuilder();
        byte[] piece = new byte[64 * 1024];
        char[] characters = new char[piece.length];
        byte[] decoded = new byte[piece.length / 4 * 3];
        Base64.Decoder decoder = Base64.getDecoder();
        boolean inContent = false;
        int filled = 0;
        while (reader.hasNext()) {
            switch (reader.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    inContent = reader.getLocalName().equals("content");
                    text.setLength(0);
                    filled = 0;
                }
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
                    if (!inContent) {
                        text.append(reader.getTextCharacters(), reader.getTextStart(), reader.getTextLength());
                        break;
                    }
                    char[] from = reader.getTextCharacters();
                    int at = reader.getTextStart();
                    int stop = at + reader.getTextLength();
                    while (at < stop) {
                        int count = Math.min(stop - at, piece.length - filled);
                        for (int i = 0; i < count; i++) {
                            piece[filled + i] = (byte) from[at + i];
                        }
                        filled += count;
                        at += count;
                        int whole = filled & ~3;
                        if (whole == piece.length) {
                            read += decoder.decode(piece, decoded);
                            filled = 0;
                        }
                    }
                }
                case XMLStreamConstants.END_ELEMENT -> {
                    if (inContent && filled > 0) {
                        read += decoder.decode(java.util.Arrays.copyOf(piece, filled)).length;
                    } else {
                        read += text.toString().length();
                    }
                    inContent = false;
                    text.setLength(0);
                }
                default -> { }
            }
        }
        reader.close();
        return read;
    }
}
