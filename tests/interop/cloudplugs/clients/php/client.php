<?php
// Drives the vendor's rest-php, unmodified, from enrolment to removal.
// client.php LIBRARY URL MODEL TAG (cloudplugs_by_hand.py makes the serials SN-TAG-1 and SN-TAG-2).
//
// The library looks at no status, and throws a TypeError while it stores what an enrolment gave:
// an application catches that, reads getServerResponse() and calls setAuth().

[, $library, $url, $model, $tag] = $argv;
error_reporting(E_ALL & ~E_DEPRECATED & ~E_WARNING);
ob_start(); // the library's file begins with what PHP would print
require $library . '/RestClient.class.php';
ob_end_clean();

const AT = 1500000000000;
$failed = 0;

function say($title, $good, $seen = null)
{
    global $failed;
    $failed += $good ? 0 : 1;
    echo $good ? "pass $title\n" : "FAIL $title: " . json_encode($seen) . "\n";
}

function client()
{
    global $url;
    $names = array_filter(get_declared_classes(), fn($name) => str_ends_with($name, 'RestClient'));
    $class = end($names);
    $made = new $class();
    $made->setBaseUrl("$url/iot/");
    return $made;
}

/** One call of the library, as an application has to make it; the answer's JSON. */
function expect($title, $client, $method, $parameters, $accept = null, $status = 200)
{
    try {
        $client->$method(...$parameters);
    } catch (TypeError $error) {
        // see above
    }
    $text = $client->getServerResponse();
    $body = json_decode($text ?? '', true);
    $seen = $client->getLastHttpResultCode();
    say($title, $seen === $status && ($accept === null || $accept($body, $text)), [$seen, $text]);
    return $body;
}

function product($number, $pass)
{
    global $model, $tag;
    return ['model' => $model, 'hwid' => "SN-$tag-$number", 'pass' => $pass,
        'props' => ['fw' => '1.0']];
}

function controller($number, $pass)
{
    global $model, $tag;
    $named = ['hwid' => "CT-$tag", 'name' => 'phone'];
    return ['model' => $model, 'ctrl' => "SN-$tag-$number", 'pass' => $pass] + $named;
}

function enrol()
{
    expect('2 wrong password: 403', client(), 'enrollProduct', [product(1, 'wrongpw1')], null, 403);
    $early = [controller(1, 'ctrlpw1')];
    expect('5 controller before its thing: 404', client(), 'enrollController', $early, null, 404);
    $made = expect('1 enrollProduct', client(), 'enrollProduct', [product(1, 'enrollpw')]);
    expect('3 second enrolment: 403', client(), 'enrollProduct', [product(1, 'enrollpw')], null,
        403);
    $thing = client();
    $thing->setAuth($made['id'], $made['auth']);
    return $thing;
}

function properties($thing)
{
    expect('getDevice', $thing, 'getDevice', [], fn($body) => $body['props'] === ['fw' => '1.0']);
    expect('setDevice', $thing, 'setDevice', [['name' => 'lamp', 'props' => ['fw' => '1.1']]]);
    foreach ([5, '"s"', 'hello', ['x' => [1]]] as $value) {
        $stored = $value === '"s"' ? 's' : $value;
        expect('19 setDeviceProp', $thing, 'setDeviceProp', [null, 'x', $value]);
        $same = fn($body) => $body === $stored;
        expect('20 getDeviceProp with a stray body', $thing, 'getDeviceProp', [null, 'x'], $same);
    }
    expect('20 removeDeviceProp with a stray body', $thing, 'removeDeviceProp', [null, 'x']);
    expect('19 a removed property: 404', $thing, 'getDeviceProp', [null, 'x'], null, 404);
    $where = ['x' => 12.5, 'y' => 45.5, 'r' => 10];
    expect('setDeviceLocation', $thing, 'setDeviceLocation', [$where]);
    $there = fn($body) => $body['x'] == 12.5 && $body['y'] == 45.5;
    expect('getDeviceLocation', $thing, 'getDeviceLocation', [], $there);
}

function data($thing)
{
    $oid = fn($body) => is_string($body) && strlen($body) === 24;
    $one = ['data' => 21, 'at' => AT];
    $id = expect('14 publishData: one', $thing, 'publishData', [$one, 'home/temp'], $oid);
    $one['data'] = 22;
    expect('15 the same time again', $thing, 'publishData', [$one, 'home/temp'], $oid);
    $two = [
        ['channel' => 'home', 'data' => 'a', 'at' => AT - 1],
        ['channel' => 'home/temp', 'data' => ['v' => 1], 'at' => AT + 1],
    ];
    $several = fn($body) => is_array($body) && count($body) === 2;
    expect('14 publishData: several', $thing, 'publishData', [$two], $several);
    $newest = fn($body) => count($body) === 1 && $body[0]['data'] === ['v' => 1];
    $mask = ['channel_mask' => '+/temp', 'limit' => 1];
    expect('13 retrieveData: newest', $thing, 'retrieveData', [$mask], $newest);
    $all = fn($body) => count($body) === 3;
    expect('12 retrieveData: home/#', $thing, 'retrieveData', [['channel_mask' => 'home/#']], $all);
    $names = fn($body) => count($body) === 2 && in_array('home/temp', $body);
    expect('listChannels', $thing, 'listChannels', [['channel_mask' => 'home/#']], $names);
    $gone = fn($body) => $body === 1;
    expect('removeData by id', $thing, 'removeData', [['channel_mask' => 'home/temp',
        'id' => $id]], $gone);
}

function control($thing)
{
    $wrong = [controller(1, 'enrollpw')];
    expect('6 controller with the enrol password: 403', client(), 'enrollController', $wrong, null,
        403);
    $made = expect('5 enrollController', client(), 'enrollController', [controller(1, 'ctrlpw1')],
        null, 201);
    $holder = client();
    $holder->setAuth($made['id'], $made['auth']);
    $second = expect('enrollProduct: second thing', client(), 'enrollProduct', [product(2,
        'enrollpw')]);
    $more = [array_slice(controller(2, 'ctrlpw1'), 0, 3)];
    $empty = fn($body, $text) => $text === '';
    expect('7 controlDevice: empty', $holder, 'controlDevice', $more, $empty);
    $of = $thing->getAuthId();
    $mask = ['channel_mask' => 'home/#', 'of' => $of];
    $seen = fn($body) => count($body) >= 1 && $body[0]['of'] === $of;
    expect('the controller reads its thing', $holder, 'retrieveData', [$mask], $seen);
    expect('the controller publishes for its thing', $holder, 'publishData', [['data' => 'on',
        'of' => $of], 'cmd']);
    $got = fn($body) => count($body) === 1 && $body[0]['data'] === 'on';
    expect('the thing reads it', $thing, 'retrieveData', [['channel_mask' => 'cmd']], $got);
    expect('10 uncontrolDevice: bare', $holder, 'uncontrolDevice', [null, $of]);
    expect('a released thing: 403', $holder, 'retrieveData', [$mask], null, 403);
    expect('10 uncontrolDevice: list', $holder, 'uncontrolDevice', [null, [$second['id']]]);
}

function master($thing)
{
    global $tag, $model;
    $account = client();
    $account->setAuth('me@example.org', 'masterpw1', true);
    $proto = ['name' => 'proto', 'hwid' => "P-$tag", 'pass' => 'protopass'];
    $made = expect('enrollPrototype', $account, 'enrollPrototype', [$proto], null, 201);
    $one = fn($body) => $body === 1;
    expect('10 unenroll by the account: bare', $account, 'unenroll', [$made['id']], $one);
    $of = $thing->getAuthId();
    expect('4 setDevice: reactivate', $account, 'setDevice', [['id' => $of,
        'status' => 'reactivate']]);
    expect('4 old auth: 401', $thing, 'getDevice', [], null, 401);
    $same = fn($body) => $body['id'] === $of;
    $again = expect('4 enrols again, same id', client(), 'enrollProduct', [product(1, 'enrollpw')],
        $same);
    $thing->setAuth($again['id'], $again['auth']);
    expect('4 new auth', $thing, 'getDevice', [], fn($body) => $body['status'] === 'ok');
}

$thing = enrol();
properties($thing);
data($thing);
control($thing);
master($thing);
expect('23 unenroll', $thing, 'unenroll', [], fn($body) => $body === 1);
expect('23 its auth afterwards: 401', $thing, 'getDevice', [], null, 401);
exit($failed ? 1 : 0);
