// Registers devices with the vendor's Java SDK, unmodified. Reads one plan as JSON on standard
// input, prints the SDK's version and then one JSON line per job: what the SDK told its caller,
// untouched. Judging is run.py's work.

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.microsoft.azure.sdk.iot.provisioning.device.AdditionalData;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClient;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientRegistrationResult;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientTransportProtocol;
import com.microsoft.azure.sdk.iot.provisioning.device.internal.SDKUtils;
import com.microsoft.azure.sdk.iot.provisioning.security.SecurityProviderSymmetricKey;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

public final class Client {
  private static final Gson kGson = new GsonBuilder().disableHtmlEscaping().create();
  private static final int kMaxCauses = 6;

  private static final class Job {
    String id;
    String transport;
    String registrationId;
    String key;
    JsonObject payload;
    int times;
  }

  private static final class Plan {
    String host;
    String idScope;
    int parallel;
    List<Job> jobs;
  }

  private static synchronized void say(Object line) {
    System.out.println(kGson.toJson(line));
    System.out.flush();
  }

  private static Map<String, Object> describe(Throwable error) {
    StringBuilder message = new StringBuilder();
    String innermost = error.getClass().getSimpleName();
    Throwable cause = error;
    for (int depth = 0; cause != null && depth < kMaxCauses; depth++) {
      if (depth > 0) message.append(" <- ");
      message.append(cause.getClass().getSimpleName()).append(": ").append(cause.getMessage());
      innermost = cause.getClass().getSimpleName();
      cause = cause.getCause();
    }
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("name", innermost);
    line.put("message", message.toString());
    return line;
  }

  private static Map<String, Object> register(Plan plan, Job job) {
    Map<String, Object> line = new LinkedHashMap<>();
    ProvisioningDeviceClient client = null;
    try {
      client = ProvisioningDeviceClient.create(
          plan.host,
          plan.idScope,
          ProvisioningDeviceClientTransportProtocol.valueOf(job.transport.replace('-', '_')),
          new SecurityProviderSymmetricKey(
              job.key.getBytes(StandardCharsets.US_ASCII), job.registrationId));
      AdditionalData extra = null;
      if (job.payload != null) {
        extra = new AdditionalData();
        extra.setProvisioningPayload(job.payload.toString());
      }
      ProvisioningDeviceClientRegistrationResult result = client.registerDeviceSync(extra);
      line.put("outcome", "assigned");
      line.put("registrationId", result.getRegistrationId());
      line.put("deviceId", result.getDeviceId());
      line.put("assignedHub", result.getIothubUri());
      line.put("substatus", String.valueOf(result.getSubstatus()));
      line.put("payload", result.getProvisioningPayload());
    } catch (Exception error) {
      line.put("outcome", "error");
      line.put("error", describe(error));
    } finally {
      if (client != null) client.close();
    }
    return line;
  }

  private static void run(Plan plan, Job job) {
    List<Map<String, Object>> results = new ArrayList<>();
    for (int i = 0; i < job.times; i++) results.add(register(plan, job));
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("id", job.id);
    line.put("results", results);
    say(line);
  }

  public static void main(String[] arguments) throws Exception {
    Plan plan;
    try (Reader input = new InputStreamReader(System.in, StandardCharsets.UTF_8)) {
      plan = kGson.fromJson(input, Plan.class);
    }
    Map<String, Object> version = new LinkedHashMap<>();
    version.put("version", SDKUtils.PROVISIONING_DEVICE_CLIENT_VERSION);
    say(version);

    ExecutorService pool = Executors.newFixedThreadPool(plan.parallel);
    List<Future<?>> waiting = new ArrayList<>();
    for (Job job : plan.jobs) waiting.add(pool.submit(() -> run(plan, job)));
    for (Future<?> job : waiting) job.get();
    // The SDK keeps threads of its own alive; every answer has been printed by now.
    System.exit(0);
  }
}
