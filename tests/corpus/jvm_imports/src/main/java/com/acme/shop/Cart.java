package com.acme.shop;
class Cart {}
