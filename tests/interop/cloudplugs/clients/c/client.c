/* Drives the vendor's rest-c, unmodified, from enrolment to removal.
 * client URL MODEL TAG (cloudplugs_by_hand.py makes the serials SN-TAG-1 and SN-TAG-2). */
#include "cp_rest.h"

#include <stdarg.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *url, *model, *tag;
static int failed;
static char* answer; /* of the last call */
static size_t length;

static void say(const char* title, int good, const char* seen) {
  printf("%s %s%s%s\n", good ? "pass" : "FAIL", title, good ? "" : ": ", good ? "" : seen);
  fflush(stdout);
  failed += !good;
}

static void forget(void) {
  free(answer);
  answer = NULL;
  length = 0;
}

/* One call of the library: did it end so, with an answer that has this text? */
static void expect(const char* title, cp_session who, cp_res told, int status, const char* text) {
  char seen[600];
  int http = (int)cloudplugs_get_last_http_result(who);
  int good = http == status && (told == CP_OK) == (status < 300);
  good = good && (text == NULL || (answer != NULL && strstr(answer, text) != NULL));
  snprintf(seen, sizeof seen, "%d, HTTP %d, %s", told, http, answer ? answer : "(none)");
  say(title, good, seen);
  forget();
}

static const char* format(const char* text, ...) {
  static char made[4][1024];
  static int next;
  va_list parts;
  char* to = made[next++ % 4];
  va_start(parts, text);
  vsnprintf(to, 1024, text, parts);
  va_end(parts);
  return to;
}

static const char* product(int number, const char* pass) {
  return format(
      "{\"model\":\"%s\",\"hwid\":\"SN-%s-%d\",\"pass\":\"%s\",\"props\":{\"fw\":\"1.0\"}}", model,
      tag, number, pass);
}

static const char* controller(int number, const char* pass) {
  return format("{\"model\":\"%s\",\"ctrl\":\"SN-%s-%d\",\"pass\":\"%s\",\"hwid\":\"CT-%s\"}",
                model, tag, number, pass, tag);
}

static cp_session session(void) {
  cp_session made = cloudplugs_create_session();
  cloudplugs_set_base_url(made, url);
  return made;
}

/* The session holds what the answer gave. */
static void adopted(const char* title, cp_session who) {
  char id[64] = "", auth[128] = "", text[300];
  cloudplugs_get_auth_id(who, id, sizeof id);
  cloudplugs_get_auth_pass(who, auth, sizeof auth);
  snprintf(text, sizeof text, "{\"id\":\"%s\",\"auth\":\"%s\"}", id, auth);
  say(title, answer != NULL && strcmp(answer, text) == 0, text);
}

static void enrol(cp_session thing, cp_session control) {
  cp_res told = cloudplugs_enroll_product(thing, product(1, "wrongpw1"), &answer, &length);
  expect("2 wrong password: 403", thing, told, 403, NULL);
  told = cloudplugs_enroll_ctrl(control, controller(1, "ctrlpw1"), &answer, &length);
  expect("5 controller before its thing: 404", control, told, 404, NULL);
  told = cloudplugs_enroll_product(thing, product(1, "enrollpw"), &answer, &length);
  adopted("1 the library adopted id and auth", thing);
  expect("1 enroll_product", thing, told, 200, "{\"id\":\"dev-");
  cp_session other = session();
  told = cloudplugs_enroll_product(other, product(1, "enrollpw"), &answer, &length);
  expect("3 second enrolment: 403", other, told, 403, NULL);
  cloudplugs_destroy_session(other);
}

static void properties(cp_session thing, const char* id) {
  const char* values[] = {"5", "\"s\"", "true", "{\"x\":[1]}"};
  cp_res told = cloudplugs_get_device(thing, NULL, &answer, &length);
  expect("get_device", thing, told, 200, "\"fw\":\"1.0\"");
  told = cloudplugs_set_device(thing, id, "{\"name\":\"lamp\",\"props\":{\"fw\":\"1.1\"}}", &answer,
                               &length);
  expect("set_device", thing, told, 200, NULL);
  for (int i = 0; i < 4; i++) {
    told = cloudplugs_set_device_prop(thing, NULL, "a b/c", values[i]);
    expect("19 set_device_prop", thing, told, 200, NULL);
    told = cloudplugs_get_device_prop(thing, NULL, "a b/c", &answer, &length);
    say("19 the same value", answer != NULL && strcmp(answer, values[i]) == 0, answer);
    expect("19 get_device_prop", thing, told, 200, NULL);
  }
  told = cloudplugs_remove_device_prop(thing, NULL, "a b/c");
  expect("19 remove_device_prop", thing, told, 200, NULL);
  told = cloudplugs_get_device_prop(thing, NULL, "a b/c", &answer, &length);
  expect("19 a removed property: 404", thing, told, 404, NULL);
  told = cloudplugs_get_device_prop(thing, NULL, NULL, &answer, &length);
  expect("all properties", thing, told, 200, "{\"fw\":\"1.1\"}");
  told = cloudplugs_set_device_location(thing, NULL, 12.5, 45.5, 3, 10, 1500000000);
  expect("set_device_location", thing, told, 200, NULL);
  told = cloudplugs_get_device_location(thing, NULL, &answer, &length);
  expect("get_device_location", thing, told, 200, "\"x\":12.5");
}

static void data(cp_session thing) {
  char oid[64] = "", body[128];
  const char* one = "{\"data\":21,\"at\":1500000000000}";
  cp_res told = cloudplugs_publish_data(thing, "home/temp", one, &answer, &length);
  say("14 publish_data: an OID", length == 26 && sscanf(answer, "\"%24[0-9a-f]\"", oid) == 1,
      answer);
  expect("14 publish_data: one", thing, told, 200, NULL);
  one = "{\"data\":22,\"at\":1500000000000}";
  told = cloudplugs_publish_data(thing, "home/temp", one, &answer, &length);
  expect("15 the same time again", thing, told, 200, "\"");
  one =
      "[{\"channel\":\"home\",\"data\":\"a\",\"at\":1499999999999},"
      "{\"channel\":\"home/temp\",\"data\":{\"v\":1},\"at\":1500000000001}]";
  told = cloudplugs_publish_data(thing, NULL, one, &answer, &length);
  say("14 publish_data: OIDs", length == 55, answer);
  expect("14 publish_data: several", thing, told, 200, "[\"");
  told = cloudplugs_retrieve_data(thing, "+/temp", "limit=1", &answer, &length);
  expect("13 retrieve_data: newest", thing, told, 200, "\"data\":{\"v\":1}");
  told = cloudplugs_retrieve_data(thing, "home/#", NULL, &answer, &length);
  say("12 retrieve_data: the first value is gone", strstr(answer, "\"data\":21") == NULL, answer);
  expect("12 retrieve_data: home/#", thing, told, 200, "\"data\":22");
  told = cloudplugs_get_channel(thing, "home/#", NULL, &answer, &length);
  expect("get_channel", thing, told, 200, "\"home/temp\"");
  snprintf(body, sizeof body, "{\"id\":\"%s\"}", oid);
  told = cloudplugs_remove_data(thing, "home/temp", body, &answer, &length);
  expect("remove_data by id", thing, told, 200, "1");
}

static void control(cp_session thing, cp_session holder, const char* id) {
  char body[128];
  cp_res told = cloudplugs_enroll_ctrl(holder, controller(1, "enrollpw"), &answer, &length);
  expect("6 controller with the enrol password: 403", holder, told, 403, NULL);
  told = cloudplugs_enroll_ctrl(holder, controller(1, "ctrlpw1"), &answer, &length);
  adopted("5 the library adopted id and auth", holder);
  expect("5 enroll_ctrl", holder, told, 201, "{\"id\":\"dev-");
  cp_session other = session();
  told = cloudplugs_enroll_product(other, product(2, "enrollpw"), &answer, &length);
  expect("enroll_product: second thing", other, told, 200, NULL);
  told = cloudplugs_control_device(holder, controller(2, "ctrlpw1"), &answer, &length);
  say("7 control_device: empty", length == 0, answer);
  expect("7 control_device", holder, told, 200, NULL);
  told = cloudplugs_retrieve_data(holder, "home/#", format("of=%s", id), &answer, &length);
  expect("the controller reads its thing", holder, told, 200, "\"data\":{\"v\":1}");
  snprintf(body, sizeof body, "{\"data\":\"on\",\"of\":\"%s\"}", id);
  told = cloudplugs_publish_data(holder, "cmd", body, &answer, &length);
  expect("the controller publishes for its thing", holder, told, 200, "\"");
  told = cloudplugs_retrieve_data(thing, "cmd", "limit=1", &answer, &length);
  expect("the thing reads it", thing, told, 200, "\"data\":\"on\"");
  told = cloudplugs_uncontrol_device(holder, NULL, id, &answer, &length);
  expect("10 uncontrol_device: one", holder, told, 200, NULL);
  told = cloudplugs_retrieve_data(holder, "home/#", format("of=%s", id), &answer, &length);
  expect("a released thing: 403", holder, told, 403, NULL);
  told = cloudplugs_uncontrol_device(holder, NULL, NULL, &answer, &length);
  expect("10 uncontrol_device: all", holder, told, 200, NULL);
  cloudplugs_destroy_session(other);
}

static void master(cp_session thing, const char* id) {
  char made[64] = "", before[64];
  cp_session account = session();
  cloudplugs_set_auth(account, "me@example.org", "masterpw1", CP_TRUE);
  const char* body = format("{\"name\":\"proto\",\"hwid\":\"P-%s\",\"pass\":\"protopass\"}", tag);
  cp_res told = cloudplugs_enroll_prototype(account, body, &answer, &length);
  sscanf(answer ? answer : "", "{\"id\":\"%28[-a-f0-9v]\"", made);
  expect("enroll_prototype", account, told, 201, "{\"id\":\"dev-");
  told = cloudplugs_unenroll(account, made, &answer, &length);
  expect("10 unenroll by the account", account, told, 200, "1");
  snprintf(before, sizeof before, "%s", id);
  told = cloudplugs_set_device(account, id, "{\"status\":\"reactivate\"}", &answer, &length);
  expect("4 set_device: reactivate", account, told, 200, NULL);
  told = cloudplugs_get_device(thing, NULL, &answer, &length);
  expect("4 old auth: 401", thing, told, 401, NULL);
  told = cloudplugs_enroll_product(thing, product(1, "enrollpw"), &answer, &length);
  adopted("4 the library adopted the new auth", thing);
  expect("4 enrols again, same id", thing, told, 200, before);
  told = cloudplugs_get_device(thing, NULL, &answer, &length);
  expect("4 new auth", thing, told, 200, "\"status\":\"ok\"");
  cloudplugs_destroy_session(account);
}

/* 1.2 MB: libcurl then asks with Expect: 100-continue first. */
static void large(cp_session thing) {
  size_t size = 1200000;
  char* body = malloc(size + 16);
  strcpy(body, "{\"data\":\"");
  memset(body + 9, 'x', size);
  strcpy(body + 9 + size, "\"}");
  cp_res told = cloudplugs_publish_data(thing, "big", body, &answer, &length);
  int status = (int)cloudplugs_get_last_http_result(thing);
  say("30 publish_data: 1.2 MB, taken or refused cleanly", status == 200 || status / 100 == 4,
      format("%d, HTTP %d", told, status));
  forget();
  free(body);
}

int main(int count, char** words) {
  char id[64] = "";
  if (count != 4) return 2;
  url = words[1], model = words[2], tag = words[3];
  cloudplugs_global_init();
  cp_session thing = session(), holder = session();
  enrol(thing, holder);
  cloudplugs_get_auth_id(thing, id, sizeof id);
  properties(thing, id);
  data(thing);
  control(thing, holder, id);
  master(thing, id);
  if (getenv("LARGE")) large(thing);
  cp_res told = cloudplugs_unenroll(thing, NULL, &answer, &length);
  expect("23 unenroll", thing, told, 200, "1");
  told = cloudplugs_get_device(thing, NULL, &answer, &length);
  expect("23 its auth afterwards: 401", thing, told, 401, NULL);
  return failed != 0;
}
