import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.camunda.zeebe.process.test.api.ZeebeTestEngine;
import io.camunda.zeebe.process.test.engine.EngineFactory;
import io.camunda.zeebe.protocol.impl.record.RecordMetadata;
import io.camunda.zeebe.protocol.impl.record.UnifiedRecordValue;
import io.camunda.zeebe.protocol.impl.record.value.job.JobRecord;
import io.camunda.zeebe.protocol.impl.record.value.job.JobResult;
import io.camunda.zeebe.protocol.impl.record.value.job.JobResultActivateElement;
import io.camunda.zeebe.protocol.impl.record.value.job.JobResultCorrections;
import io.camunda.zeebe.protocol.impl.record.value.usertask.UserTaskRecord;
import io.camunda.zeebe.protocol.record.Record;
import io.camunda.zeebe.protocol.record.RecordType;
import io.camunda.zeebe.protocol.record.ValueType;
import io.camunda.zeebe.protocol.record.intent.JobIntent;
import io.camunda.zeebe.protocol.record.intent.UserTaskIntent;
import io.camunda.zeebe.protocol.record.value.JobResultType;
import io.camunda.zeebe.scheduler.clock.ControlledActorClock;
import io.camunda.zeebe.stream.impl.StreamProcessor;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Zeebe's in-memory engine on a gRPC port, driven by one-line commands on standard input. Each is answered by lines of
 * which the last begins with "ok" or "error". It ends with its input, so it never outlives who started it.
 */
public final class TestEngine {
  /** Value types that say nothing about a process: identities, distribution, the engine's own upkeep. */
  private static final Set<String> UPKEEP = Set.of(
      "USER", "ROLE", "TENANT", "GROUP", "AUTHORIZATION", "IDENTITY_SETUP", "MAPPING_RULE", "COMMAND_DISTRIBUTION",
      "DEPLOYMENT_DISTRIBUTION", "JOB_BATCH", "CHECKPOINT", "CLOCK", "DEPLOYMENT");

  private final PrintStream out;
  private ZeebeTestEngine engine;

  private TestEngine(PrintStream out, int port) {
    this.out = out;
    restart(port);
  }

  public static void main(String[] arguments) throws Exception {
    PrintStream out = new PrintStream(
        new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16), false, StandardCharsets.UTF_8);
    System.setOut(System.err); // the engine's log must not mix with the answers
    TestEngine driver = new TestEngine(out, Integer.parseInt(arguments[0]));
    out.println("ok ready");
    out.flush();
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = in.readLine()) != null && !line.equals("quit"); out.flush()) {
      driver.answer(line.trim().split(" "));
    }
    Runtime.getRuntime().halt(0); // nothing is kept, so nothing is worth an orderly end
  }

  private void answer(String[] words) {
    try {
      out.println("ok" + obey(words));
    } catch (Throwable problem) {
      out.println("error " + String.valueOf(problem).replace('\n', ' '));
    }
  }

  private String obey(String[] words) throws Exception {
    switch (words[0]) {
      case "settle" -> settle(Long.parseLong(words[1]));
      case "advance" -> advance(Long.parseLong(words[1]));
      case "direct" -> write(new ObjectMapper().readTree(Base64.getDecoder().decode(words[1])));
      case "reset" -> {
        engine.stop();
        restart(Integer.parseInt(words[1]));
      }
      case "clock" -> {
        return " " + now();
      }
      case "position" -> {
        return " " + lastPosition();
      }
      case "records" -> {
        return " " + printRecords(Long.parseLong(words[1]));
      }
      default -> throw new IllegalArgumentException("unknown command " + words[0]);
    }
    return "";
  }

  private void restart(int port) {
    engine = EngineFactory.create(port);
    engine.start();
  }

  /** Wait until the processor has said three times in a row that it has read all there is. */
  private void settle(long timeout) throws Exception {
    StreamProcessor processor = (StreamProcessor) field(engine, "streamProcessor");
    long end = System.nanoTime() + timeout * 1_000_000;
    for (int quiet = 0; quiet < 3; Thread.sleep(2)) {
      if (System.nanoTime() > end) {
        throw new TimeoutException("not settled within " + timeout + " ms");
      }
      quiet = processor.hasProcessingReachedTheEnd().join() ? quiet + 1 : 0;
    }
  }

  private long now() throws ReflectiveOperationException {
    return ((ControlledActorClock) field(engine, "clock")).getTimeMillis();
  }

  /** Move the clock and wait until it has moved: the engine does it later, in a thread of its own. */
  private void advance(long span) throws Exception {
    long target = now() + span;
    engine.increaseTime(Duration.ofMillis(span));
    while (now() < target) {
      Thread.sleep(1);
    }
  }

  private long lastPosition() {
    long last = -1;
    for (Record<?> each : engine.getRecordStreamSource().getRecords()) {
      last = each.getPosition();
    }
    return last;
  }

  /** Print the events and rejections from a position on, one JSON line each. */
  private int printRecords(long from) {
    int printed = 0;
    for (Record<?> each : engine.getRecordStreamSource().getRecords()) {
      boolean wanted = each.getPosition() >= from
          && each.getRecordType() != RecordType.COMMAND
          && !UPKEEP.contains(each.getValueType().name());
      if (wanted) {
        out.println(each.toJson());
        printed++;
      }
    }
    return printed;
  }

  /** Write a command to the log as the real gateway would: one that the test gateway has no way to send whole. */
  private void write(JsonNode command) throws Exception {
    boolean userTask = command.get("type").asText().equals("USER_TASK");
    UnifiedRecordValue value = userTask ? userTask(command) : job(command);
    String intent = command.get("intent").asText();
    RecordMetadata metadata = new RecordMetadata()
        .recordType(RecordType.COMMAND)
        .requestStreamId(1)
        .valueType(userTask ? ValueType.USER_TASK : ValueType.JOB)
        .intent(userTask ? UserTaskIntent.valueOf(intent) : JobIntent.valueOf(intent));
    Object writer = field(field(engine, "gateway"), "writer");
    Method write = writer.getClass()
        .getDeclaredMethod("writeCommandWithKey", Long.class, UnifiedRecordValue.class, RecordMetadata.class);
    write.setAccessible(true);
    write.invoke(writer, command.get("key").asLong(), value, metadata);
  }

  private static UserTaskRecord userTask(JsonNode command) {
    UserTaskRecord value = new UserTaskRecord();
    value.setUserTaskKey(command.get("key").asLong());
    value.setAction(command.path("action").asText(command.get("intent").asText().toLowerCase()));
    if (command.has("variables")) {
      value.setVariables(bytes(command.get("variables")));
    }
    if (command.has("assignee")) {
      value.setAssignee(command.get("assignee").asText());
    }
    return value;
  }

  private static JobRecord job(JsonNode command) {
    JobRecord value = new JobRecord();
    if (command.has("variables")) {
      value.setVariables(bytes(command.get("variables")));
    }
    if (command.has("retries")) {
      value.setRetries(command.get("retries").asInt());
    }
    if (command.has("message")) {
      value.setErrorMessage(command.get("message").asText());
    }
    if (command.has("result")) {
      value.setResult(result(command.get("result")));
    }
    return value;
  }

  private static JobResult result(JsonNode node) {
    JobResult result = new JobResult().setType(JobResultType.valueOf(node.get("type").asText()));
    result.setDenied(node.path("denied").asBoolean(false));
    result.setDeniedReason(node.path("deniedReason").asText(""));
    result.setCompletionConditionFulfilled(node.path("fulfilled").asBoolean(false));
    result.setCancelRemainingInstances(node.path("cancel").asBoolean(false));
    for (JsonNode each : node.path("activate")) {
      JobResultActivateElement element = new JobResultActivateElement().setElementId(each.get("elementId").asText());
      if (each.has("variables")) {
        element.setVariables(bytes(each.get("variables")));
      }
      result.addActivateElement(element);
    }
    if (node.has("assignee")) {
      result.setCorrections(new JobResultCorrections().setAssignee(node.get("assignee").asText()));
      result.setCorrectedAttributes(List.of("assignee"));
    }
    return result;
  }

  private static DirectBuffer bytes(JsonNode base64) {
    return new UnsafeBuffer(Base64.getDecoder().decode(base64.asText()));
  }

  private static Object field(Object owner, String name) throws ReflectiveOperationException {
    Field field = owner.getClass().getDeclaredField(name);
    field.setAccessible(true);
    return field.get(owner);
  }
}
