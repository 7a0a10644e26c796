import com.tencent.iot.hub.device.java.core.common.Status;
import com.tencent.iot.hub.device.java.core.dynreg.TXMqttDynreg;
import com.tencent.iot.hub.device.java.core.dynreg.TXMqttDynregCallback;
import com.tencent.iot.hub.device.java.core.mqtt.TXMqttActionCallBack;
import com.tencent.iot.hub.device.java.core.mqtt.TXMqttConnection;
import com.tencent.iot.hub.device.java.core.mqtt.TXWebSocketClient;
import com.tencent.iot.hub.device.java.core.mqtt.TXWebSocketManager;
import com.tencent.iot.hub.device.java.core.util.AsymcSslUtils;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.SocketFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;

/**
 * Devices that run the vendor's Java SDK, unmodified, one after the other; prints what the SDK told
 * each, a line a step. It is run by hand (README.md): the SDK has to be built from its source.
 *
 * <p>Arguments: CA file, key product, certificate product, secret of both.
 */
public final class Device {
  private static final String GATEWAY = "://ap-guangzhou.gateway.tencentdevices.com";
  private static final int SECONDS = 15;

  private final String product;
  private final String secret;
  private final String name;
  private final String ca;

  private Device(String product, String secret, String name, String ca) {
    this.product = product;
    this.secret = secret;
    this.name = name;
    this.ca = ca;
  }

  private static void say(String step, Object told) {
    System.out.println("DEVICE " + step + ": " + told);
  }

  /** What the callbacks of one registration got: {kind, texts...}. */
  private static final class Registration extends TXMqttDynregCallback {
    final BlockingQueue<String[]> told = new LinkedBlockingQueue<>();

    @Override
    public void onGetDevicePSK(String psk) {
      told.add(new String[] {"secret", psk});
    }

    @Override
    public void onGetDeviceCert(String certificate, String key) {
      told.add(new String[] {"certificate", certificate, key});
    }

    @Override
    public void onFailedDynreg(Throwable cause, String message) {
      told.add(new String[] {"failed", message});
    }

    @Override
    public void onFailedDynreg(Throwable cause) {
      told.add(new String[] {"failed", String.valueOf(cause)});
    }

    String[] end() throws InterruptedException {
      String[] end = told.poll(SECONDS, TimeUnit.SECONDS);
      return end != null ? end : new String[] {"failed", "no answer"};
    }
  }

  /** The Hub SDK's registration: the second generation. */
  private String[] register(String scheme) throws InterruptedException {
    Registration registration = new Registration();
    String url = scheme + GATEWAY + "/device/register";
    new TXMqttDynreg(url, product, secret, name, registration).doDynamicRegister();
    String[] end = registration.end();
    say(name + " registers with the Hub SDK, " + scheme, end[0] + " " + end[1]);
    return end;
  }

  /** The Explorer SDK's: the first. */
  private String[] registerExplorer(String scheme) throws InterruptedException {
    Registration registration = new Registration();
    String url = scheme + GATEWAY + "/register/dev";
    new com.tencent.iot.explorer.device.java.dynreg.TXMqttDynreg(
            url, product, secret, name, registration)
        .doDynamicRegister();
    String[] end = registration.end();
    say(name + " registers with the Explorer SDK, " + scheme, end[0] + " " + end[1]);
    return end;
  }

  /** Everything that the SDK's connection calls back with, as text. */
  private static final class Events extends TXMqttActionCallBack {
    final BlockingQueue<String> told = new LinkedBlockingQueue<>();

    @Override
    public void onConnectCompleted(
        Status status, boolean again, Object context, String message, Throwable cause) {
      told.add("connected " + status);
    }

    @Override
    public void onConnectionLost(Throwable cause) {
      told.add("lost " + cause);
    }

    @Override
    public void onDisconnectCompleted(
        Status status, Object context, String message, Throwable cause) {
      told.add("disconnected " + status);
    }

    @Override
    public void onSubscribeCompleted(
        Status status, IMqttToken token, Object context, String message, Throwable cause) {
      told.add("subscribed " + status);
    }

    @Override
    public void onPublishCompleted(
        Status status, IMqttToken token, Object context, String message, Throwable cause) {
      told.add("published " + status);
    }

    @Override
    public void onMessageReceived(String topic, MqttMessage message) {
      told.add("message " + topic + " " + message);
    }

    void await(String beginning) throws InterruptedException {
      for (int waited = 0; waited < SECONDS * 10; waited++) {
        if (told.stream().anyMatch(each -> each.startsWith(beginning))) return;
        Thread.sleep(100);
      }
      told.add("MISSING " + beginning);
    }
  }

  /** Connects, asks for the time, sends itself a message. No URI: the SDK's own. */
  private void live(String how, String uri, String deviceSecret, SocketFactory sockets)
      throws InterruptedException {
    Events events = new Events();
    TXMqttConnection connection =
        new TXMqttConnection(uri, product, name, deviceSecret, null, null, events);
    MqttConnectOptions options = new MqttConnectOptions();
    options.setConnectionTimeout(SECONDS);
    if (sockets != null) options.setSocketFactory(sockets);
    Status status = connection.connect(options, null);
    if (status == Status.OK) {
      String topic = product + "/" + name + "/data";
      connection.subscribe(topic, 1, null);
      events.await("subscribed");
      MqttMessage message = new MqttMessage("{\"a\":1}".getBytes(StandardCharsets.UTF_8));
      message.setQos(1);
      connection.publish(topic, message, null);
      events.await("message " + topic);
      connection.subscribeNTPTopic(0, null);
      Thread.sleep(500);
      connection.getNTPService();
      events.await("message $sys");
      connection.disConnect(null);
      events.await("disconnected");
    }
    say(name + " lives " + how, status + " " + events.told);
  }

  private void webSocket(String uri, String deviceSecret) {
    TXWebSocketManager manager = TXWebSocketManager.getInstance();
    TXWebSocketClient client = manager.getClient(uri, product, name, deviceSecret);
    MqttConnectOptions options = new MqttConnectOptions();
    options.setConnectionTimeout(SECONDS);
    if (uri.startsWith("wss")) options.setSocketFactory(AsymcSslUtils.getSocketFactory(ca));
    client.setMqttConnectOptions(options);
    try {
      client.connect();
      say(name + " at " + uri, client.isConnected() ? "connected" : "not connected");
    } catch (MqttException error) {
      say(name + " at " + uri, error);
    }
    manager.releaseClient(product, name);
  }

  /** The same with the JDK alone, because the SDK's own reads no other keys than RSA. */
  private SocketFactory sockets(String certificate, String key) throws Exception {
    CertificateFactory certificates = CertificateFactory.getInstance("X.509");
    Certificate own = certificates.generateCertificate(stream(certificate));
    byte[] der = Base64.getMimeDecoder().decode(key.replaceAll("-----[A-Z ]+-----", ""));
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    keys.setKeyEntry(
        "device",
        KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der)),
        new char[0],
        new Certificate[] {own});
    keys.setCertificateEntry("ca", certificates.generateCertificate(stream(ca)));
    KeyManagerFactory mine = KeyManagerFactory.getInstance("PKIX");
    mine.init(keys, new char[0]);
    TrustManagerFactory theirs = TrustManagerFactory.getInstance("PKIX");
    theirs.init(keys);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(mine.getKeyManagers(), theirs.getTrustManagers(), null);
    return context.getSocketFactory();
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  public static void main(String[] arguments) throws Exception {
    String ca = Files.readString(Path.of(arguments[0]));
    String keys = arguments[1];
    String certificates = arguments[2];
    String secret = arguments[3];
    String mqtts = "ssl://%s.iotcloud.tencentdevices.com:8883";
    String web = "%s://" + keys + ".ap-guangzhou.iothub.tencentdevices.com:%d";

    Device first = new Device(keys, secret, "java-1", ca);
    String psk = first.register("https")[1];
    first.live("on 1883", null, psk, null);
    first.live("on 8883", mqtts.formatted(keys), psk, AsymcSslUtils.getSocketFactory(ca));
    first.live("with another secret", null, "AAAAAAAAAAAAAAAAAAAAAA==", null);
    first.webSocket(web.formatted("wss", 443), psk);
    first.webSocket(web.formatted("ws", 80), psk);
    new Device(keys, secret, "java-2", ca).register("http");
    Device third = new Device(keys, secret, "java-3", ca);
    third.live("on 1883", null, third.registerExplorer("http")[1], null);
    new Device(keys, secret, "java-4", ca).registerExplorer("https");
    Device thief = new Device(keys, "f".repeat(24), "java-5", ca);
    thief.register("https");
    thief.registerExplorer("http");

    Device last = new Device(certificates, secret, "java-6", ca);
    String[] told = last.register("https");
    Object read = AsymcSslUtils.getSocketFactoryByStream(stream(told[1]), stream(told[2]), ca);
    say("java-6's key, read by the SDK", read != null ? "well" : "not");
    last.live("on 8883", mqtts.formatted(certificates), null, last.sockets(told[1], told[2]));
    System.exit(0);
  }
}
