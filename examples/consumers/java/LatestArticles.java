import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Reads Dateline's topic from its beginning and keeps the latest revision of every article in a map.
 *
 * <p>Prints a line for each article that appears or gets a newer revision: id, revision, title, separated by tabs.
 * Ends after the given number of messages, or after the given seconds with exit code 1.
 */
public final class LatestArticles {
    private static final String SCHEMA = "dateline/1";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, Long> revisions = new HashMap<>();

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 4) {
            System.err.println("usage: LatestArticles HOST:PORT TOPIC MESSAGES SECONDS");
            System.exit(2);
        }
        boolean complete = new LatestArticles().consume(
                arguments[0], arguments[1], Long.parseLong(arguments[2]), Duration.ofSeconds(Long.parseLong(arguments[3])));
        System.exit(complete ? 0 : 1);
    }

    // ANCHOR: consume
    private boolean consume(String bootstrap, String topic, long messages, Duration limit) {
        Properties settings = new Properties();
        settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, "latest-articles-" + System.nanoTime());
        // Without this, messages of aborted transactions would show.
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        // The map is in memory: the next run reads from the beginning again.
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        Instant deadline = Instant.now().plus(limit);
        long seen = 0;
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(topic));
            while (seen < messages) {
                if (Instant.now().isAfter(deadline)) {
                    return false;
                }
                for (ConsumerRecord<String, String> message : consumer.poll(Duration.ofMillis(500))) {
                    seen++;
                    take(message);
                }
            }
        }
        return true;
    }

    private void take(ConsumerRecord<String, String> message) {
        Header schema = message.headers().lastHeader("schema");
        if (schema == null || !SCHEMA.equals(new String(schema.value(), StandardCharsets.UTF_8))) {
            System.err.printf("skipped offset %d of partition %d: no %s%n", message.offset(), message.partition(), SCHEMA);
            return;
        }
        try {
            JsonNode record = JSON.readTree(message.value());
            long revision = record.required("revision").asLong();
            // A replay brings old revisions again: they change nothing.
            if (revision > revisions.getOrDefault(message.key(), 0L)) {
                revisions.put(message.key(), revision);
                // A field about which nothing is known is absent.
                System.out.printf("%s\t%d\t%s%n", message.key(), revision, record.path("title").asText(""));
            }
        } catch (Exception unreadable) {
            System.err.printf("skipped offset %d of partition %d: %s%n", message.offset(), message.partition(), unreadable.getMessage());
        }
    }
    // ANCHOR_END: consume
}
