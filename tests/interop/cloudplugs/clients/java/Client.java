import com.cloudplugs.rest.Opts;
import com.cloudplugs.rest.Request;
import com.cloudplugs.rest.Response;
import com.cloudplugs.rest.RestCallback;
import com.cloudplugs.rest.RestClient;
import com.cloudplugs.rest.RestManager;
import com.cloudplugs.util.Listener;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.json.JSONObject;

/**
 * Drives the vendor's rest-java, unmodified, from enrolment to removal.
 * Client URL MODEL TAG (cloudplugs_by_hand.py makes the serials SN-TAG-1 and SN-TAG-2).
 */
public final class Client {
  private static final long AT = 1500000000000L;
  private static final long PATIENCE = 60;
  private static final Predicate<String> EMPTY = body -> body == null || body.isEmpty();
  private static String url;
  private static String model;
  private static String tag;
  private static int failed;

  private Client() {}

  private static void say(String title, boolean good, Object seen) {
    failed += good ? 0 : 1;
    System.out.println(good ? "pass " + title : "FAIL " + title + ": " + seen);
  }

  /** One device of the library, and the event that it announces after an enrolment. */
  private static final class Unit {
    final RestClient client = new RestClient();
    final Opts opts = new Opts().setUrl(url + "/iot");
    final RestManager manager = client.getManager(opts);
    volatile Object[] announced;
    private CompletableFuture<Response> next;

    Unit() {
      manager.addListener(new Listener.Stub() {
        @Override
        public void onEvt(Object evt, Object value) {
          if (RestManager.EVT_ENROLL.equals(evt)) announced = (Object[]) value;
        }
      });
    }

    /** For the request that is made next. */
    RestCallback then() {
      CompletableFuture<Response> told = new CompletableFuture<>();
      next = told;
      return new RestCallback() {
        @Override
        public void on(Request request, Response response) {
          told.complete(response);
        }
      };
    }

    /** Waits for the answer to the request; its body. */
    String expect(String title, int status, Predicate<String> accept, int request) {
      Response told = next.completeOnTimeout(null, PATIENCE, TimeUnit.SECONDS).join();
      String body = told == null ? null : told.getBody();
      boolean good = told != null && told.getStatus() == status
          && told.isSuccess() == (status < 300);
      say(title, good && (accept == null || accept.test(body)), told == null ? "no answer" : told);
      return body;
    }

    String ok(String title, Predicate<String> accept, int request) {
      return expect(title, 200, accept, request);
    }

    /** What was given is adopted, and then announced, after the callback. */
    void settle() {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE);
      while (announced == null && System.nanoTime() < end) Thread.yield();
    }

    void adopted(String title, String body) {
      settle();
      JSONObject made = new JSONObject(body);
      boolean same = made.getString("id").equals(opts.getAuthId());
      say(title, same && made.getString("auth").equals(opts.getAuthPass()), opts);
    }

    void end() {
      client.destroy();
      client.waitForStop();
    }
  }

  private static Predicate<String> has(String text) {
    return body -> body != null && body.contains(text);
  }

  private static String controller(int number, String pass) {
    JSONObject body = new JSONObject().put("model", model).put("ctrl", "SN-" + tag + "-" + number);
    return body.put("pass", pass).put("hwid", "CT-" + tag).put("name", "phone").toString();
  }

  private static void enrol(Unit thing, Unit holder) {
    RestManager it = thing.manager;
    String first = "SN-" + tag + "-1";
    JSONObject props = new JSONObject().put("fw", "1.0");
    int asked = it.execEnrollProduct(model, first, "wrongpw1", props, thing.then());
    thing.expect("2 wrong password: 403", 403, null, asked);
    asked = holder.manager.execEnrollController(controller(1, "ctrlpw1"), holder.then());
    holder.expect("5 controller before its thing: 404", 404, null, asked);
    asked = it.execEnrollProduct(model, first, "enrollpw", props, thing.then());
    String made = thing.ok("1 execEnrollProduct", has("{\"id\":\"dev-"), asked);
    thing.adopted("1 the library adopted id and auth", made);
    boolean same = thing.announced != null && thing.opts.getAuthId().equals(thing.announced[0]);
    say("1 the event enroll fired", same, thing.announced);
    Unit other = new Unit();
    asked = other.manager.execEnrollProduct(model, first, "enrollpw", props, other.then());
    other.expect("3 second enrolment: 403", 403, null, asked);
    other.end();
  }

  private static void properties(Unit thing) {
    RestManager it = thing.manager;
    thing.ok("execGetDevice", has("\"fw\":\"1.0\""), it.execGetDevice(thing.then()));
    JSONObject props = new JSONObject().put("fw", "1.1");
    thing.ok("9 execSetDevice by override", EMPTY, it.execSetDevice("lamp", props, thing.then()));
    for (String value : new String[] {"5", "\"s\"", "true", "{\"x\":[1]}"}) {
      thing.ok("9, 19 execSetDeviceProp by override", EMPTY, it.execSetDeviceProp("x", value,
          thing.then()));
      thing.ok("19 execGetDeviceProp", value::equals, it.execGetDeviceProp("x", thing.then()));
    }
    thing.ok("19 execRemoveDeviceProp", EMPTY, it.execRemoveDeviceProp("x", thing.then()));
    thing.expect("19 a removed property: 404", 404, null, it.execGetDeviceProp("x", thing.then()));
    int asked = it.execSetDeviceLocation(12.5, 45.5, null, 10, AT, thing.then());
    thing.ok("execSetDeviceLocation", EMPTY, asked);
    thing.ok("execGetDeviceLocation", has("\"x\":12.5"), it.execGetDeviceLocation(thing.then()));
  }

  private static void data(Unit thing) {
    RestManager it = thing.manager;
    Predicate<String> single = body -> body.matches("\"[0-9a-f]{24}\"");
    int asked = it.execPublishData("home/temp", 21, AT, thing.then());
    String oid = thing.ok("14 execPublishData: one", single, asked);
    asked = it.execPublishData("home/temp", 22, AT, thing.then());
    thing.ok("15 the same time again", single, asked);
    String two = "[{\"channel\":\"home\",\"data\":\"a\",\"at\":" + (AT - 1) + "},"
        + "{\"channel\":\"home/temp\",\"data\":{\"v\":1},\"at\":" + (AT + 1) + "}]";
    Predicate<String> several = body -> body.matches("\\[\"[0-9a-f]{24}\",\"[0-9a-f]{24}\"\\]");
    thing.ok("14 execPublishData: several", several, it.execPublishData("home", two, thing.then()));
    asked = it.execRetrieveData("+/temp", null, null, thing.opts.getAuthId(), 0, 1, thing.then());
    Predicate<String> newest = has("\"data\":{\"v\":1}");
    thing.ok("13 execRetrieveData: newest", newest.and(has("\"data\":22").negate()), asked);
    asked = it.execRetrieveData("home/#", thing.then());
    Predicate<String> all = has("\"data\":22").and(has("\"data\":\"a\""));
    thing.ok("12 execRetrieveData: home/#", all.and(has("\"data\":21").negate()), asked);
    thing.ok("execGetChannels", has("\"home/temp\""), it.execGetChannels("home/#", thing.then()));
    String id = oid.substring(1, oid.length() - 1);
    thing.ok("9 execRemoveData by id, by override", "1"::equals, it.execRemoveData(id,
        thing.then()));
    asked = it.execRemoveData("home", (Object) (AT - 1), null, thing.then());
    thing.ok("9 execRemoveData by time, by override", "1"::equals, asked);
  }

  private static void control(Unit thing, Unit holder) {
    RestManager it = holder.manager;
    int asked = it.execEnrollController(controller(1, "enrollpw"), holder.then());
    holder.expect("6 controller with the enrol password: 403", 403, null, asked);
    asked = it.execEnrollController(controller(1, "ctrlpw1"), holder.then());
    String made = holder.expect("5 execEnrollController", 201, has("{\"id\":\"dev-"), asked);
    holder.adopted("5 the library adopted id and auth", made);
    Unit other = new Unit();
    asked = other.manager.execEnrollProduct(model, "SN-" + tag + "-2", "enrollpw", null,
        other.then());
    other.ok("execEnrollProduct: second thing", null, asked);
    other.settle();
    String second = other.opts.getAuthId();
    other.end();
    asked = it.execControlDevice(controller(2, "ctrlpw1"), holder.then());
    holder.ok("7 execControlDevice: empty", EMPTY, asked);
    String of = thing.opts.getAuthId();
    asked = it.execRetrieveData("home/#", null, null, of, 0, 1, holder.then());
    holder.ok("the controller reads its thing", has(of), asked);
    asked = it.execPublishData("cmd", "on", null, of, holder.then());
    holder.ok("the controller publishes for its thing", has("\""), asked);
    asked = thing.manager.execRetrieveData("cmd", thing.then());
    thing.ok("the thing reads it", has("\"data\":\"on\""), asked);
    asked = it.execUncontrolDevice(new String[] {of, second}, holder.then());
    holder.ok("10 execUncontrolDevice: two", EMPTY, asked);
    asked = it.execRetrieveData("home/#", null, null, of, 0, 1, holder.then());
    holder.expect("a released thing: 403", 403, null, asked);
    asked = it.execUncontrolDevice((String) null, holder.then());
    holder.ok("10 execUncontrolDevice: all", EMPTY, asked);
  }

  private static void master(Unit thing) {
    Unit account = new Unit();
    account.opts.setAuth("me@example.org", "masterpw1", true);
    RestManager it = account.manager;
    int asked = it.execEnrollPrototype("protopass", "proto", "P-" + tag, null, null,
        account.then());
    String made = account.expect("execEnrollPrototype", 201, has("{\"id\":\"dev-"), asked);
    account.opts.setAuth("me@example.org", "masterpw1", true);
    String[] gone = {new JSONObject(made).getString("id")};
    account.ok("10 execUnenroll by the account: list", "1"::equals, it.execUnenroll(gone,
        account.then()));
    String of = thing.opts.getAuthId();
    asked = it.execSetDevice(of, "{\"status\":\"reactivate\"}", account.then());
    account.ok("4 execSetDevice: reactivate", EMPTY, asked);
    thing.expect("4 old auth: 401", 401, null, thing.manager.execGetDevice(thing.then()));
    Unit again = new Unit();
    asked = again.manager.execEnrollProduct(model, "SN-" + tag + "-1", "enrollpw", null,
        again.then());
    again.ok("4 enrols again, same id", has(of), asked);
    again.settle();
    thing.opts.setAuth(again.opts.getAuthId(), again.opts.getAuthPass(), false);
    thing.ok("4 new auth", has("\"status\":\"ok\""), thing.manager.execGetDevice(thing.then()));
    again.end();
    account.end();
  }

  public static void main(String[] words) {
    url = words[0];
    model = words[1];
    tag = words[2];
    Unit thing = new Unit();
    Unit holder = new Unit();
    enrol(thing, holder);
    properties(thing);
    data(thing);
    control(thing, holder);
    master(thing);
    thing.ok("23 execUnenroll", "1"::equals, thing.manager.execUnenroll(thing.then()));
    thing.expect("23 its auth afterwards: 401", 401, null,
        thing.manager.execGetDevice(thing.then()));
    holder.end();
    thing.end();
    System.exit(failed == 0 ? 0 : 1);
  }
}
