// Drives devices at their hub with the vendor's Java SDK, unmodified. Reads one command a line as
// JSON on standard input and answers each with one line; what the SDK tells its caller unasked is a
// line of its own. Judging is run.py's work. The commands are described in harness/conversation.py.

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.microsoft.azure.sdk.iot.device.ClientOptions;
import com.microsoft.azure.sdk.iot.device.DeviceClient;
import com.microsoft.azure.sdk.iot.device.IotHubClientProtocol;
import com.microsoft.azure.sdk.iot.device.IotHubMessageResult;
import com.microsoft.azure.sdk.iot.device.IotHubStatusCode;
import com.microsoft.azure.sdk.iot.device.Message;
import com.microsoft.azure.sdk.iot.device.MessageProperty;
import com.microsoft.azure.sdk.iot.device.exceptions.IotHubClientException;
import com.microsoft.azure.sdk.iot.device.transport.NoRetry;
import com.microsoft.azure.sdk.iot.device.transport.TransportUtils;
import com.microsoft.azure.sdk.iot.device.twin.DirectMethodResponse;
import com.microsoft.azure.sdk.iot.device.twin.Twin;
import com.microsoft.azure.sdk.iot.device.twin.TwinCollection;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClient;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientRegistrationResult;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientTransportProtocol;
import com.microsoft.azure.sdk.iot.provisioning.security.SecurityProvider;
import com.microsoft.azure.sdk.iot.provisioning.security.SecurityProviderSymmetricKey;
import com.microsoft.azure.sdk.iot.provisioning.security.hsm.SecurityProviderX509Cert;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

public final class Hub {
  private static final Gson kGson = new GsonBuilder().disableHtmlEscaping().create();
  private static final int kMaxCauses = 6;
  // An answer about the twin that arrives on a busy machine is lost in the SDK now and then
  // (README.md): asked again, as an application would.
  private static final int kAnswerMilliseconds = 5000;
  private static final int kAttempts = 4;

  private interface Question<T> {
    T ask() throws Exception;
  }
  // The harness's name for a connection -> the SDK's client.
  private static final Map<String, DeviceClient> kClients = new ConcurrentHashMap<>();

  private static synchronized void say(JsonObject line) {
    System.out.println(kGson.toJson(line));
    System.out.flush();
  }

  private static void tell(String event, String name, JsonElement value) {
    JsonObject line = new JsonObject();
    line.addProperty("event", event);
    line.addProperty("name", name);
    line.add("value", value);
    say(line);
  }

  private static JsonObject describe(Throwable error) {
    StringBuilder message = new StringBuilder();
    Throwable cause = error;
    for (int depth = 0; cause != null && depth < kMaxCauses; depth++) {
      if (depth > 0) message.append(" <- ");
      message.append(cause.getClass().getSimpleName()).append(": ").append(cause.getMessage());
      cause = cause.getCause();
    }
    JsonObject line = new JsonObject();
    line.addProperty("name", error.getClass().getSimpleName());
    line.addProperty("message", message.toString());
    return line;
  }

  // The key is PKCS#8, of the algorithm of its certificate.
  private static SecurityProvider certificateOf(JsonObject told) throws Exception {
    JsonObject files = told.getAsJsonObject("x509");
    List<X509Certificate> chain = new ArrayList<>();
    try (InputStream input = Files.newInputStream(Path.of(text(files, "chain")))) {
      CertificateFactory.getInstance("X.509")
          .generateCertificates(input)
          .forEach(each -> chain.add((X509Certificate) each));
    }
    String pem = Files.readString(Path.of(text(files, "key")));
    byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
    KeyFactory factory = KeyFactory.getInstance(chain.get(0).getPublicKey().getAlgorithm());
    PrivateKey key = factory.generatePrivate(new PKCS8EncodedKeySpec(der));
    return new SecurityProviderX509Cert(chain.get(0), key, chain.subList(1, chain.size()));
  }

  private static SecurityProvider securityOf(JsonObject told) throws Exception {
    if (told.has("x509")) return certificateOf(told);
    byte[] key = text(told, "key").getBytes(StandardCharsets.US_ASCII);
    return new SecurityProviderSymmetricKey(key, text(told, "registrationId"));
  }

  private static JsonElement register(JsonObject told) throws Exception {
    ProvisioningDeviceClient client = ProvisioningDeviceClient.create(
        text(told, "host"),
        text(told, "idScope"),
        ProvisioningDeviceClientTransportProtocol.valueOf(
            text(told, "transport").replace('-', '_')),
        securityOf(told));
    try {
      ProvisioningDeviceClientRegistrationResult result = client.registerDeviceSync(null);
      JsonObject line = new JsonObject();
      line.addProperty("assignedHub", result.getIothubUri());
      line.addProperty("deviceId", result.getDeviceId());
      return line;
    } finally {
      client.close();
    }
  }

  private static DeviceClient make(JsonObject told) throws Exception {
    IotHubClientProtocol protocol =
        IotHubClientProtocol.valueOf(text(told, "transport").replace('-', '_'));
    ClientOptions.ClientOptionsBuilder options = ClientOptions.builder();
    if (told.has("renewal")) {
      options.sasTokenExpiryTime(told.getAsJsonObject("renewal").get("valid").getAsLong());
    }
    String host = text(told, "host");
    String device = text(told, "deviceId");
    if (told.has("x509")) {
      return new DeviceClient(host, device, certificateOf(told), protocol, options.build());
    }
    if (told.has("token")) {
      char[] token = text(told, "token").toCharArray();
      return new DeviceClient(host, device, () -> token, protocol, options.build());
    }
    String connection =
        "HostName=" + host + ";DeviceId=" + device + ";SharedAccessKey=" + text(told, "key");
    return new DeviceClient(connection, protocol, options.build());
  }

  private static JsonElement open(JsonObject told) throws Exception {
    String name = text(told, "name");
    DeviceClient client = make(told);
    boolean retry = !told.has("retry") || told.get("retry").getAsBoolean();
    if (!retry) client.setRetryPolicy(new NoRetry());
    client.setConnectionStatusChangeCallback(context -> {
      JsonObject value = new JsonObject();
      value.addProperty("state", context.getNewStatus().name().toLowerCase());
      value.addProperty("reason", context.getNewStatusReason().name());
      tell("status", name, value);
    }, null);
    if (told.has("messages")) listenMessages(client, name);
    client.open(false);
    kClients.put(name, client);
    return null;
  }

  // A client that lost its connection for good has to be closed before it is opened again.
  private static JsonElement reopen(JsonObject told) throws Exception {
    clientOf(told).close();
    clientOf(told).open(false);
    return null;
  }

  private static JsonElement send(JsonObject told) throws Exception {
    Message message = new Message(text(told, "body"));
    JsonObject system = told.getAsJsonObject("system");
    if (system.has("messageId")) message.setMessageId(text(system, "messageId"));
    if (system.has("correlationId")) message.setCorrelationId(text(system, "correlationId"));
    if (system.has("userId")) message.setUserId(text(system, "userId"));
    if (system.has("contentType")) message.setContentType(text(system, "contentType"));
    if (system.has("contentEncoding")) message.setContentEncoding(text(system, "contentEncoding"));
    for (Map.Entry<String, JsonElement> each : told.getAsJsonObject("properties").entrySet()) {
      message.setProperty(each.getKey(), each.getValue().getAsString());
    }
    clientOf(told).sendEvent(message);
    return null;
  }

  // The SDK wants this before any other call about the twin.
  private static JsonElement listenDesired(JsonObject told) throws Exception {
    String name = text(told, "name");
    clientOf(told).subscribeToDesiredProperties(
        (twin, context) -> tell("desired", name, section(twin.getDesiredProperties())), null);
    return null;
  }

  private static <T> T persist(Question<T> question) throws Exception {
    for (int attempt = 1;; attempt++) {
      try {
        return question.ask();
      } catch (IotHubClientException error) {
        boolean late = error.getStatusCode() == IotHubStatusCode.DEVICE_OPERATION_TIMED_OUT;
        if (!late || attempt == kAttempts) throw error;
        System.err.println("the SDK timed out waiting for an answer: " + error.getMessage());
      }
    }
  }

  private static JsonObject section(TwinCollection collection) {
    JsonObject found = kGson.toJsonTree(collection).getAsJsonObject();
    found.addProperty("$version", collection.getVersion());
    return found;
  }

  private static JsonElement readTwin(JsonObject told) throws Exception {
    Twin twin = persist(() -> clientOf(told).getTwin(kAnswerMilliseconds));
    JsonObject line = new JsonObject();
    line.add("desired", section(twin.getDesiredProperties()));
    line.add("reported", section(twin.getReportedProperties()));
    return line;
  }

  private static JsonElement report(JsonObject told) throws Exception {
    TwinCollection patch = new TwinCollection();
    Map<?, ?> values = kGson.fromJson(told.getAsJsonObject("patch"), Map.class);
    for (Map.Entry<?, ?> each : values.entrySet()) {
      patch.put(String.valueOf(each.getKey()), each.getValue());
    }
    persist(() -> clientOf(told).updateReportedProperties(patch, kAnswerMilliseconds));
    return null;
  }

  private static JsonElement listenMethods(JsonObject told) throws Exception {
    String name = text(told, "name");
    int status = told.get("status").getAsInt();
    clientOf(told).subscribeToMethods((method, payload, context) -> {
      JsonElement value = payload.getPayloadAsJsonElement();
      tell("method", name, value);
      JsonObject answer = new JsonObject();
      answer.add("echo", value);
      return new DirectMethodResponse(status, answer);
    }, null);
    return null;
  }

  private static void listenMessages(DeviceClient client, String name) {
    client.setMessageCallback((message, context) -> {
      JsonObject system = new JsonObject();
      system.addProperty("messageId", message.getMessageId());
      system.addProperty("correlationId", message.getCorrelationId());
      system.addProperty("userId", message.getUserId());
      system.addProperty("contentType", message.getContentType());
      system.addProperty("contentEncoding", message.getContentEncoding());
      JsonObject properties = new JsonObject();
      for (MessageProperty each : message.getProperties()) {
        properties.addProperty(each.getName(), each.getValue());
      }
      JsonObject value = new JsonObject();
      value.addProperty("body", new String(message.getBytes(), StandardCharsets.UTF_8));
      value.add("system", system);
      value.add("properties", properties);
      tell("message", name, value);
      return IotHubMessageResult.COMPLETE;
    }, null);
  }

  private static JsonElement close(JsonObject told) {
    kClients.remove(text(told, "name")).close();
    return null;
  }

  private static String text(JsonObject told, String key) {
    return told.get(key).getAsString();
  }

  private static DeviceClient clientOf(JsonObject told) {
    return kClients.get(text(told, "name"));
  }

  private static JsonElement obey(JsonObject told) throws Exception {
    switch (text(told, "op")) {
      case "register": return register(told);
      case "open": return open(told);
      case "reopen": return reopen(told);
      case "send": return send(told);
      case "twin": return readTwin(told);
      case "report": return report(told);
      case "desired": return listenDesired(told);
      case "methods": return listenMethods(told);
      case "close": return close(told);
      default: throw new IllegalArgumentException("no such command: " + told);
    }
  }

  private static void answer(JsonObject told) {
    JsonObject line = new JsonObject();
    line.add("seq", told.get("seq"));
    long begun = System.nanoTime();
    try {
      line.add("value", obey(told));
    } catch (Throwable error) {  // whatever the SDK raises is the observation
      line.add("error", describe(error));
    }
    line.addProperty("seconds", (System.nanoTime() - begun) / 1e9);
    say(line);
  }

  public static void main(String[] arguments) throws Exception {
    JsonObject version = new JsonObject();
    String known = TransportUtils.CLIENT_VERSION;
    version.addProperty("version", known.substring(known.lastIndexOf('/') + 1));
    say(version);
    ExecutorService pool = Executors.newCachedThreadPool();
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      JsonObject told = JsonParser.parseString(line).getAsJsonObject();
      pool.submit(() -> answer(told));
    }
    // The SDK keeps threads of its own alive; every answer has been printed by now.
    System.exit(0);
  }
}
