<?php
namespace Acme\Shop;
// use Commented\Thing;
use Mokazax\Pimivid\Client;
use Nukirar\Gofidob\A as B;
use Symfony\Component\Yaml\Yaml;
use Monolog\Logger;
use function Begotur\Mavodin\helper;
use Acme\Shop\Cart;
use DateTime;
$s = "use String\Thing;";
class X { use SomeTrait; }
$f = function () use ($captured) {};
